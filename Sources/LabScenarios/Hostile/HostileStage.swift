import Foundation
import PloyzAPI
import PloyzMigration
package import PloyzModel

/// Three machines, a container on m2, and what strangers have of them: addresses, certificates, old tickets and tokens.
package struct HostileStage: Sendable {
    package static let machines = ["m1", "m2", "m3"]
    static let underlay = "192.168.90.11"
    static let pki = "/var/lib/ployz/pki"
    /// Where m2 has certificates that are not good.
    static let forged = "/root/forged"

    package let lab: Lab
    private let program: Data
    /// The machines' management addresses, overlay addresses and IDs.
    let places: [String: MachineSummary]
    /// Process 1 of the containers, by machine: they are in the containers' networks.
    private let containers: [String: String]
    /// Things that a pass asked for at its beginning, to be old later.
    let aged = AgedSecrets()
    /// The outsider's addresses: of one that has shown wrong tokens the next request is refused for that alone.
    let outsiders = OutsiderAddresses()

    var m1: String { places["m1"]?.managementAddress ?? "" }

    package static func prepare(_ lab: Lab) async throws -> HostileStage {
        try await lab.deploy(manifest(try await lab.buildImage("web")))
        let places = try await lab.machines()
        var containers: [String: String] = [:]
        for instance in try await lab.instances(of: "hostile/web") {
            let (machine, name) = (instance.machine.name.text, "ployz.hostile.web.\(instance.instance.index)")
            let pid = try await lab.run(machine, ["docker", "inspect", "-f", "{{.State.Pid}}", name]).succeeded().text
            containers[machine] = pid.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        let stage = HostileStage(
            lab: lab,
            program: try Data(contentsOf: lab.checkout.appending(path: "lab/hostile/stranger.py")),
            places: Dictionary(uniqueKeysWithValues: places.map { ($0.name.text, $0) }),
            containers: containers
        )
        try await stage.forge()
        return stage
    }

    static func manifest(_ image: String) -> String {
        """
        namespace = "hostile"

        [[services]]
        name = "web"
        placement = "global"
        service_ports = [{ name = "http", port = 80 }]

        [services.template]
        image = "\(image)"
        pull_policy = "never"
        stop_grace_period = "1s"
        """
    }

    // MARK: Attempts

    /// One attempt of `lab/hostile/stranger.py`, where the stranger is. Strangers do not take the processor from others.
    func `try`(_ stranger: Stranger, _ arguments: [String]) async throws -> Attempt {
        let command = ["nice", "-n", "19", "/usr/bin/python3", "-"] + arguments
        let result =
            switch stranger {
            case .container: try await lab.run("m2", inContainer("m2") + command, input: program)
            case .outsider: try await lab.command(["outside", "--"] + command, input: program)
            case .removed: try await lab.run("m2", command, input: program)
            case .user:
                try await lab.run(
                    "m1",
                    ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"] + command,
                    input: program
                )
            case .author: try await lab.run("m1", command, input: program)
            }
        return try Self.attempt(result)
    }

    /// The same in the container of a machine.
    func inContainer(of machine: String, _ arguments: [String]) async throws -> Attempt {
        let command = inContainer(machine) + ["/usr/bin/python3", "-"] + arguments
        return try Self.attempt(try await lab.run(machine, command, input: program))
    }

    private func inContainer(_ machine: String) -> [String] { ["nsenter", "-t", containers[machine] ?? "", "-n"] }

    /// The same by root of a machine.
    func asRoot(of machine: String, _ arguments: [String]) async throws -> Attempt {
        try Self.attempt(try await lab.run(machine, ["/usr/bin/python3", "-"] + arguments, input: program))
    }

    private static func attempt(_ result: ProgramResult) throws -> Attempt {
        guard let attempt = try? JSONDecoder().decode(Attempt.self, from: result.output) else {
            throw ScenarioFailure("'\(result.command)' told nothing: \(result.text)\(result.errorText)")
        }
        return attempt
    }

    /// `ployzctl` on m1 with an input: refused when it ends with an exit status of misuse.
    func operate(_ arguments: [String], input: String? = nil) async throws -> Attempt {
        let command = ["nice", "-n", "19", "ployzctl"] + arguments
        let result = try await lab.run("m1", command, input: input.map { Data($0.utf8) })
        return Attempt(
            refused: result.status != 0,
            result.status == 0 ? "done" : result.errorText.split(separator: "\n").joined(separator: " ")
        )
    }

    // MARK: What is counted

    /// What m1's daemon has refused.
    package func refused() async throws -> [String: Int] {
        try await lab.document(ClusterStatus.self, "m1", ["status"]).refused ?? [:]
    }

    /// Packets that the firewalls of m1 and m2 have counted.
    func firewallCount() async throws -> Int {
        var sum = 0
        for machine in ["m1", "m2"] {
            let rules = try await lab.run(machine, ["nft", "list", "ruleset"]).text
            for match in rules.matches(of: /counter packets (\d+) bytes \d+ (?:drop|jump refuse|reject)/) {
                sum += Int(match.1) ?? 0
            }
        }
        return sum
    }

    // MARK: Guards

    /// Switches guards of m1 off, all others on.
    package func switchOff(_ guards: [Guard], restarting: Bool = false) async throws {
        let names = guards.map { $0.rawValue + "\n" }.joined()
        let file = "/run/ployz-lab/guards-off"
        let write = guards.isEmpty ? ["rm", "-f", file] : ["tee", file]
        try await lab.run("m1", write, input: Data(names.utf8)).succeeded()
        if restarting { try await restart() }
    }

    /// Waits until m1 has no connection of the strangers left at a port.
    func quiet(_ port: Int) async throws {
        try await lab.wait(for: "the connections to port \(port) to end") {
            let filter = ["ss", "-Htan", "state", "connected", "exclude", "time-wait", "sport = :\(port)"]
            return try await lab.run("m1", filter).succeeded().text.isEmpty
        }
    }

    func restart() async throws {
        _ = try await lab.command(["kill", "m1", "ployzd"])
        try await start()
    }

    func start() async throws {
        _ = try await lab.command(["start", "m1", "ployzd"])
        try await lab.wait(for: "m1's daemon") {
            let status = try await lab.ctl("m1", ["status"])
            let joins = try await lab.run("m1", ["ss", "-Hltn", "sport = :4317 or sport = :4318"]).text
            return status.status == 0 && joins.split(separator: "\n").count == 2
        }
    }

    package func isRunning() async throws -> Bool {
        try await lab.run("m1", ["pgrep", "-x", "ployzd"]).status == 0
    }

    /// Resident memory of m1's daemon, in KiB.
    package func memory() async throws -> Int {
        let script = "awk '/^VmRSS/ { print $2 }' /proc/$(pgrep -o -x ployzd)/status"
        let text = try await lab.run("m1", ["sh", "-c", script]).succeeded().text
        return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    }
}
