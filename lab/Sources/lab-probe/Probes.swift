import ArgumentParser
import FoundationEssentials
import ProbeKit

/// How often and how long; the same for every probe.
struct ProbeOptions: ParsableArguments {
    @Option(help: "The server, as 192.0.2.1:6379 or [fd00::1]:6379.")
    var to: Endpoint

    @Option(help: "Milliseconds from the start of one attempt to the start of the next.")
    var intervalMs = 10

    @Option(help: "Seconds to run. Default: until SIGTERM or SIGINT.")
    var seconds: Double?

    @Option(help: "Milliseconds for opening a connection.")
    var connectTimeoutMs = 500

    @Option(help: "Milliseconds for a whole attempt.")
    var timeoutMs = 5000

    @Option(help: "A file that every gap of more than 50 ms is appended to, one JSON document a line.")
    var gaps: String?

    func validate() throws {
        for (name, value) in [
            ("interval-ms", intervalMs), ("connect-timeout-ms", connectTimeoutMs), ("timeout-ms", timeoutMs),
        ] where !(1...3_600_000).contains(value) {
            throw ValidationError("--\(name): \(value) is not in 1 to 3600000")
        }
        if let seconds, !(0...1e6).contains(seconds) {
            throw ValidationError("--seconds: \(seconds) is not in 0 to 1000000")
        }
    }

    func settings(identifier: String, ledger: String?) -> ProbeSettings {
        ProbeSettings(
            identifier: identifier,
            endpoint: to,
            interval: intervalMs,
            duration: seconds,
            connectTimeout: connectTimeoutMs,
            timeout: timeoutMs,
            gapFile: gaps,
            ledgerFile: ledger
        )
    }
}

/// Who writes, and where it notes what was acknowledged.
struct WriterOptions: ParsableArguments {
    @Option(help: "A name without spaces or colons, different for each writer.")
    var id: String

    @Option(help: "The file that acknowledged writes are appended to.")
    var ledger: String

    func validate() throws {
        guard id.wholeMatch(of: /[A-Za-z0-9._-]{1,64}/) != nil else {
            throw ValidationError("--id: '\(id)' is not 1 to 64 of A-Z a-z 0-9 . _ -")
        }
    }
}

struct Write: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write to Redis again and again, each time on a new connection, and note what it acknowledged.",
        discussion: """
            Attempt n sets the key w:<id>:<n> to n. The ledger gets a line only after the acknowledgement: id, n, \
            nanoseconds of the monotonic clock, nanoseconds since 1970. At the end, one JSON document sums it up.
            """
    )

    @OptionGroup var options: ProbeOptions
    @OptionGroup var writer: WriterOptions

    func run() throws {
        let settings = options.settings(identifier: writer.id, ledger: writer.ledger)
        try Output.json(Probe(settings: settings, exchange: .redisWrite(identifier: writer.id)).run())
    }
}

struct Commits: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Commit to PostgreSQL again and again, each time on a new connection, and note what it acknowledged.",
        discussion: """
            Attempt n inserts (id, n) in a transaction of its own, as user postgres in database postgres, without a \
            password. The table is made beforehand: \(CommitLog.definition). The ledger gets a line only after COMMIT was \
            answered by COMMIT, and the server is ready: id, n, nanoseconds of the monotonic clock, nanoseconds since \
            1970. At the end, one JSON document sums it up. Errors of the server are told by their SQLSTATE.
            """
    )

    @OptionGroup var options: ProbeOptions
    @OptionGroup var writer: WriterOptions

    func run() throws {
        let settings = options.settings(identifier: writer.id, ledger: writer.ledger)
        try Output.json(Probe(settings: settings, exchange: .postgresCommit(identifier: writer.id)).run())
    }
}

struct Ping: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ping a Redis again and again, each time on a new connection."
    )

    @OptionGroup var options: ProbeOptions

    @Option(help: "A name for the summary.")
    var id = "ping"

    func run() throws {
        let settings = options.settings(identifier: id, ledger: nil)
        try Output.json(Probe(settings: settings, exchange: .redisPing).run())
    }
}

struct Keep: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Keep one connection to a Redis open and ping on it again and again.",
        discussion: """
            A ping that is not answered is a failed request; a new connection is then opened at once. The longest wait \
            is that of the longest ping, or of a new connection and the first ping on it.
            """
    )

    @OptionGroup var options: ProbeOptions

    @Option(help: "A name for the summary.")
    var id = "keep"

    func run() throws {
        try Output.json(KeptConnectionProbe(settings: options.settings(identifier: id, ledger: nil)).run())
    }
}

struct Flood: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Begin connections to a Redis at a fixed rate, whether or not those before them are answered.",
        discussion: "Each pings once and is closed. --interval-ms is not looked at."
    )

    @OptionGroup var options: ProbeOptions

    @Option(help: "Connections a second, 1 to 100000.")
    var rate = 2000

    @Option(help: "A name for the summary.")
    var id = "flood"

    func validate() throws {
        guard (1...100_000).contains(rate) else { throw ValidationError("--rate: \(rate) is not in 1 to 100000") }
    }

    func run() throws {
        let settings = options.settings(identifier: id, ledger: nil)
        try Output.json(FloodProbe(settings: settings, rate: rate).run())
    }
}

struct HTTP: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Get a page again and again, each time on a new connection.",
        discussion: "Status 200 and the end of the connection count as acknowledged."
    )

    @OptionGroup var options: ProbeOptions

    @Option(help: "A name for the summary.")
    var id = "http"

    @Option(help: "The path that is asked for.")
    var path = "/"

    @Option(help: "The host that is asked for. Default: the server's address.")
    var host: String?

    func validate() throws {
        guard path.wholeMatch(of: /\/[!-~]*/) != nil else {
            throw ValidationError("--path: '\(path)' is no path of printable characters")
        }
        if let host, host.wholeMatch(of: /[A-Za-z0-9.-]{1,253}/) == nil {
            throw ValidationError("--host: '\(host)' is no host name")
        }
    }

    func run() throws {
        let settings = options.settings(identifier: id, ledger: nil)
        try Output.json(Probe(settings: settings, exchange: .httpGet(path: path, host: host)).run())
    }
}

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read back every write that ledgers call acknowledged.",
        discussion: "Exit status 1 when one is lost."
    )

    /// What the writes were made to.
    enum Server: String, ExpressibleByArgument, CaseIterable {
        case redis, postgres
    }

    @Option(help: "The server, as 192.0.2.1:6379 or [fd00::1]:6379.")
    var to: Endpoint

    @Option(help: "What kind of server it is.")
    var server = Server.redis

    @Option(help: "Seconds for the rows of one writer; PostgreSQL only.")
    var seconds = 300.0

    @Option(parsing: .upToNextOption, help: "Ledgers.")
    var ledger: [String]

    func validate() throws {
        guard (1...86_400).contains(seconds) else {
            throw ValidationError("--seconds: \(seconds) is not in 1 to 86400")
        }
    }

    func run() throws {
        let entries = try ledger.flatMap { try LedgerFile.entries(of: $0) }
        let verification =
            switch server {
            case .redis: try LedgerVerification(ofRedis: to, entries)
            case .postgres: try LedgerVerification(ofPostgres: to, entries, seconds: seconds)
            }
        try Output.json(verification)
        if verification.lost > 0 { throw ExitCode.failure }
    }
}

extension Endpoint: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

/// Documents on standard output.
enum Output {
    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
