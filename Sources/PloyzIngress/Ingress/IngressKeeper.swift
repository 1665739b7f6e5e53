import Foundation
package import PloyzModel
package import PloyzSupervisor
import PloyzSystem

/// Keeps published ports and routes served on this machine.
///
/// A record that cannot be served costs itself alone: it is left out and named in ``problems``. A move changes nothing
/// here, since an instance's address moves along.
package actor IngressKeeper {
    /// The published ports, out of some, on which a program listens that is none of ours.
    package typealias ForeignListeners = @Sendable ([PublishedPort]) async throws -> [PublishedPort]

    /// How often services may be left out of one configuration before it is given up.
    private static let rounds = 5

    private let program: any IngressProgram
    private let programPath: String
    private let files: IngressFiles
    private let httpPort: Int
    private let foreign: ForeignListeners
    private let turns = Turns()
    private var book: IngressBook
    /// Services whose files are not written yet.
    private var unwritten: Set<ServiceRef> = []
    private var isPrepared = false
    /// Ports that the program is known to hold.
    private var held: Set<Int> = []
    private var general: ServingProblem?

    package init(
        settings: IngressSettings,
        directory: IngressDirectory,
        program: String,
        logFile: String,
        supervisor: any Supervisor,
        run: @escaping ProgramRun,
        foreign: @escaping ForeignListeners
    ) {
        self.init(
            settings: settings,
            directory: directory,
            path: program,
            program: HAProxy(
                program: program,
                directory: directory,
                logFile: logFile,
                supervisor: supervisor,
                run: run
            ),
            foreign: foreign
        )
    }

    init(
        settings: IngressSettings,
        directory: IngressDirectory,
        path: String,
        program: any IngressProgram,
        foreign: @escaping ForeignListeners
    ) {
        let text = IngressText(settings: settings, directory: directory)
        self.program = program
        programPath = path
        files = IngressFiles(directory: directory, text: text)
        httpPort = settings.httpPort
        book = IngressBook(text: text)
        self.foreign = foreign
    }

    /// What of the records is not served here.
    package var problems: [ServingProblem] { book.problems + [general].compactMap(\.self) }

    package func counters() async -> IngressCounters? { await program.counters() }

    /// The user that Debian's haproxy makes; nil where there is none.
    package static var user: String? { getpwnam("haproxy") == nil ? nil : "haproxy" }

    /// Takes changed services in; the first call must have all of them.
    package func update(_ changes: [ServiceChange]) async throws {
        try await turns.run { try await self.take(changes) }
    }

    /// Starts a HAProxy that died, and looks whether ports are free that were taken. Does nothing before the first
    /// update.
    package func repair() async throws {
        try await turns.run {
            guard await self.isPrepared else { return }
            try await self.settle()
        }
    }

    private func take(_ changes: [ServiceChange]) async throws {
        for change in changes { unwritten.formUnion(book.update(change)) }
        if !isPrepared {
            try files.prepare(book)
            unwritten = Set(book.pages.keys)
            isPrepared = true
        } else if unwritten.isEmpty {
            return
        }
        try await settle()
    }

    private func settle() async throws {
        guard program.isInstalled else {
            let isNeeded = !book.isEmpty
            general =
                isNeeded
                ? ServingProblem("published ports", "\(programPath) is not there: apt-get install haproxy") : nil
            return
        }
        do {
            for _ in 0..<Self.rounds {
                guard let complaint = try await reach() else { return general = nil }
                let services = complaint.places.compactMap { place, message in
                    book.service(of: place.shard, line: place.line).map { ($0, "HAProxy refuses it: \(message)") }
                }
                guard !services.isEmpty else {
                    throw PloyzError(
                        .servingFailed,
                        "HAProxy refuses its configuration: \(complaint.other ?? "")",
                        state: "what was published before goes on"
                    )
                }
                unwritten.formUnion(book.refuse(Dictionary(services) { first, _ in first }))
            }
            throw PloyzError(
                .servingFailed,
                "HAProxy finds something new at each try",
                state: "published ports are as before"
            )
        } catch let error as PloyzError {
            general = ServingProblem("published ports", error.message)
            throw error
        }
    }

    /// Makes the program run what the book says; returns what it refuses.
    private func reach() async throws -> HAProxyComplaint? {
        let running = try await program.loaded()
        if running == nil { held = [] }
        // Nothing is looked for when all is as it should be: a daemon that starts anew leaves it alone.
        if running == book.digest, book.taken.isEmpty { return try writeAll() }
        try await lookForTakenPorts()
        try writeAll()
        if book.isEmpty {
            held = []
            try await program.stop()
            return nil
        }
        if running == book.digest { return nil }
        if let complaint = try await program.check(files.directory) { return complaint }
        let complaint = try await program.load(book.digest)
        if complaint == nil { held = book.ports }
        return complaint
    }

    @discardableResult
    private func writeAll() throws -> HAProxyComplaint? {
        try files.write(unwritten, of: book, withRoutes: !unwritten.isEmpty)
        unwritten = []
        return nil
    }

    /// HAProxy pauses everything for a second when it cannot have one port, so that is found out before.
    private func lookForTakenPorts() async throws {
        let asked = book.ports.subtracting(held).union(book.taken)
        guard !asked.isEmpty else { return }
        let found = try await foreign(asked.sorted().map { PublishedPort(port: $0, target: $0) })
        unwritten.formUnion(book.setTaken(Set(found.map(\.port))))
    }
}
