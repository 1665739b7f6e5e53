import Foundation
import Glibc
import PloyzModel
import Subprocess

/// The machine that is measured, by the programs that an operator would ask.
struct Machine {
    private static let ingress = "/var/lib/ployz/ingress"
    private static let names = "/run/ployz/names"

    let gateway: IPv4Address
    /// The daemon's process.
    let daemon: Int32

    init(gateway: IPv4Address) async throws {
        self.gateway = gateway
        guard let pid = Int32(try await Self.run("pidof", ["ployzd"]).trimmingCharacters(in: .whitespacesAndNewlines))
        else { throw ScaleFailure("there is not one ployzd in this machine") }
        daemon = pid
    }

    static func run(_ program: String, _ arguments: [String]) async throws -> String {
        let result = try await Subprocess.run(
            .name(program),
            arguments: Arguments(arguments),
            output: .bytes(limit: 64 << 20),
            error: .bytes(limit: 1 << 20)
        )
        guard result.terminationStatus.isSuccess else {
            let errors = String(decoding: result.standardError, as: UTF8.self)
            throw ScaleFailure("\(program) \(arguments.joined(separator: " ")): \(errors)")
        }
        return String(decoding: result.standardOutput, as: UTF8.self)
    }

    // MARK: What it says

    func says(_ part: MachineState.Part) async throws -> Set<String> {
        switch part {
        case .peers: try await peers()
        case .routes: try await routes()
        case .names: try namesOnDisk()
        case .servers: servers()
        case .paths: paths()
        case .ports: ports()
        }
    }

    static func allowedAddresses() async throws -> String { try await run("wg", ["show", "wg-ployz", "allowed-ips"]) }

    private func peers() async throws -> Set<String> {
        var lines: Set<String> = []
        for line in try await Self.allowedAddresses().split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            for address in words.dropFirst() { lines.insert("\(words[0]) \(address)") }
        }
        return lines
    }

    private func routes() async throws -> Set<String> {
        struct Printed: Decodable {
            var type: String?
            var dst: String
            var dev: String?
            var prefsrc: String?
            var table: String?
        }
        var lines: Set<String> = []
        for (family, tables) in [("-4", ["table", "all"]), ("-6", [])] {
            let text = try await Self.run("ip", ["-j", family, "route", "show"] + tables + ["proto", "80"])
            for route in try JSON.decode([Printed].self, from: Data(text.utf8)) where route.table != "81" {
                let words =
                    route.type == "unreachable"
                    ? ["unreachable", route.dst] : [route.dst, route.dev, route.prefsrc].compactMap(\.self)
                lines.insert(words.joined(separator: " "))
            }
        }
        return lines
    }

    /// What dnsmasq was given; whether it has taken it in is asked by ``addresses(of:)``.
    private func namesOnDisk() throws -> Set<String> {
        var lines: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(atPath: Self.names) {
            guard let data = FileManager.default.contents(atPath: "\(Self.names)/\(file)") else { continue }
            for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
                lines.insert(line.split(separator: " ").reversed().joined(separator: " "))
            }
        }
        return lines
    }

    /// What dnsmasq answers for a name of the cluster.
    func addresses(of name: String) -> Set<String> { NameQuestion(name: name).ask("\(gateway)") }

    private func servers() -> Set<String> {
        // 1 line of version, 1 of names: be_id be_name srv_id srv_name srv_addr … srv_port.
        let fields = ask("show servers state").split(separator: "\n").dropFirst(2).map { $0.split(separator: " ") }
        return Set(fields.filter { $0.count > 18 }.map { "\($0[1]) \($0[3]) \($0[4]):\($0[18])" })
    }

    private func paths() -> Set<String> {
        // 0x55…: key value.
        Set(
            ask("show map \(Self.ingress)/routes.map").split(separator: "\n").map { line in
                line.split(separator: " ").dropFirst().joined(separator: " ")
            }
        )
    }

    private func ports() -> Set<String> {
        let lines = ask("show stat -1 1 -1").split(separator: "\n").dropFirst()
        return Set(
            lines.map { $0.split(separator: ",", omittingEmptySubsequences: false) }
                .filter { $0.count > 17 }.map { "\($0[0]) \($0[17])" }
        )
    }

    /// Whether the HAProxy that answers now has a route for the host.
    func leads(_ host: String) -> Bool { ask("get map \(Self.ingress)/routes.map \(host)//").contains("found=yes") }

    private func ask(_ command: String) -> String { ProgramSocket(path: Self.ingress + "/stats.sock").ask(command) }

    /// Whether new connections to the address wait.
    func holds(_ address: IPv4Address) async throws -> Bool {
        let text = try await Self.run("nft", ["list", "set", "inet", "ployz", "parked"])
        return text.split { !($0.isNumber || $0 == ".") }.contains("\(address)"[...])
    }

    // MARK: What the daemon costs

    /// Processor time that it has used, in milliseconds.
    func processorTime() throws -> Double {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(daemon, &clock) == 0, clock_gettime(clock, &time) == 0 else {
            throw ScaleFailure("process \(daemon) has no clock: the daemon has ended")
        }
        return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1_000_000
    }

    /// Resident memory in MiB.
    func memory() throws -> Double {
        let data = FileManager.default.contents(atPath: "/proc/\(daemon)/status") ?? Data()
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") where line.hasPrefix("VmRSS:") {
            if let size = line.split(whereSeparator: \.isWhitespace).compactMap({ Double($0) }).first {
                return size / 1024
            }
        }
        throw ScaleFailure("/proc/\(daemon)/status has no VmRSS")
    }

    /// Bytes that each of the daemon's connections to the store has brought, by its own port.
    func received() async throws -> [String: Int] {
        let text = try await Self.run("ss", ["-tinpHO", "dport", "=", ":2379"])
        var received: [String: Int] = [:]
        for line in text.split(separator: "\n") where line.contains("pid=\(daemon),") {
            let words = line.split(separator: " ")
            let bytes = words.first { $0.hasPrefix("bytes_received:") }?.split(separator: ":").last
            if words.count > 3, let bytes { received[String(words[3])] = Int(bytes) }
        }
        return received
    }
}
