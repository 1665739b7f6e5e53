package import Foundation
import PloyzAPI
import PloyzMigration
import PloyzModel

/// The lab in which the cases play: three machines, the shop, strangers' things, and a look at it all from outside.
package struct FaultStage: Sendable {
    package let shop: Shop
    /// Where `lab live` prints.
    let sights: URL
    private let watcher: BackgroundProgram

    package static let machines = ["m1", "m2", "m3"]
    /// Has the store, and is given the commands.
    static let founder = "m1"
    /// MiB of the second volume at the start: every snapshot of it has them, and so has the first stream of a first send,
    /// which is of the oldest snapshot that goes along.
    static let ballast = 24

    package var lab: Lab { shop.lab }

    /// Brings the lab up, deploys the shop on m2 and moves it there and back, so that each side has a copy of it, and on
    /// each side lies a stranger's snapshot of one name.
    package static func set(named name: String, kind: LabKind, checkout: URL) async throws -> FaultStage {
        let lab = try await Lab.up(name: name, kind: kind, machines: machines.count, checkout: checkout)
        let shop = try await Shop.deploy(
            in: lab,
            on: "m2",
            ballast: ballast,
            readiness: 10 * kind.patience,
            grace: 5 * kind.patience
        )
        _ = try await lab.buildImage("redis")
        for machine in machines { try await Strangers.plant(shop, on: machine) }
        let sights = lab.scratch.appending(path: "live.jsonl")
        let watcher = try lab.startCommand(["live", "\(shop.service)/0"], output: sights)
        let stage = FaultStage(shop: shop, sights: sights, watcher: watcher)
        for target in ["m3", "m2"] {
            try await stage.waitUntilServed(within: 60)
            try await Strangers.plantSnapshots(shop, on: stage.place())
            try await lab.move(shop.service, to: target)
        }
        return stage
    }

    package func strike() async throws {
        _ = try await watcher.stop()
        try await lab.down()
    }

    /// Where the store places the instance.
    func place(asking machine: String = founder) async throws -> String {
        guard let instance = try await lab.instances(of: shop.service, asking: machine).first else {
            throw ScenarioFailure("\(shop.service) has no instance")
        }
        return instance.machine.name.text
    }

    func views() async throws -> [String: MachineView] {
        try await withThrowingTaskGroup(of: (String, MachineView).self) { group in
            for machine in Self.machines {
                group.addTask { (machine, try await MachineView.of(lab, machine)) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    /// Whether the instance's Redis answers a client on the machine.
    func answers(on machine: String) async throws -> Bool {
        let ping = lab.bounded(3, ["redis-cli", "-h", shop.address, "PING"])
        return try await lab.run(machine, ping).text.hasPrefix("PONG")
    }

    /// Waits until the instance is reached on one machine alone: on the one that is named, and answers there, or on any, and
    /// answers clients on all.
    func waitUntilServed(on machine: String? = nil, within seconds: Int) async throws {
        try await lab.wait(for: "\(shop.service) to be served" + (machine.map { " on \($0)" } ?? ""), within: seconds) {
            guard watcher.isRunning else { throw ScenarioFailure("`lab live` ended: nobody sees where it is served") }
            guard let server = try LiveTimeline(sights).server, machine == nil || server == machine else {
                return false
            }
            for client in Self.machines where machine == nil || client == server {
                guard try await answers(on: client) else { return false }
            }
            return true
        }
    }

    // MARK: Between cases

    /// Ends every fault and waits until all is well again.
    package func recover() async throws {
        try await lab.command(["heal"]).succeeded()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for machine in Self.machines { group.addTask { try await revive(machine) } }
            try await group.waitForAll()
        }
        try await waitUntilWell(within: 60)
    }

    private func revive(_ machine: String) async throws {
        // A guest has these in its kernel.
        let inUserSpace = lab.kind == .vm ? [] : ["zfs-fuse", "wireguard-go"]
        for process in ["ployzd", "etcd", "dockerd", "containerd"] + inUserSpace {
            // Fails where it does not run.
            try await lab.command(["kill", machine, process, "--signal", "CONT"])
        }
        for daemon in ["containerd", "dockerd", "ployzd"] where try await !runs(daemon, on: machine) {
            try await lab.command(["start", machine, daemon]).succeeded()
        }
        try await lab.disarm(machine)
        try await Strangers.plant(shop, on: machine)
    }

    private func runs(_ daemon: String, on machine: String) async throws -> Bool {
        try await lab.run(machine, ["pgrep", "-x", daemon]).status == 0
    }

    /// All daemons know each other and the instance runs, and no migration is under way.
    func waitUntilWell(within seconds: Int) async throws {
        try await lab.wait(for: "the cluster to be well", within: seconds) {
            let machines = try? await lab.machines(asking: Self.founder)
            guard machines?.count == Self.machines.count, machines?.allSatisfy({ $0.reachable ?? true }) == true else {
                return false
            }
            return try await migrations()?.allSatisfy(\.hasEnded) == true
        }
        try await waitUntilServed(within: seconds)
    }

    /// Newest first; nil when the store does not answer.
    func migrations() async throws -> [MigrationSummary]? {
        let list = lab.bounded(10, ["ployzctl", "migrate", "ls", "--json"])
        let result = try await lab.run(Self.founder, list)
        guard result.status == 0 else { return nil }
        return try DocumentForm.decode(MigrationList.self, from: result.output).migrations
    }

    /// The longest gap that a client sees in each of some restarts of the same Redis without Ployz, in seconds.
    package func gapsOfRestarts(_ count: Int) async throws -> [Double] {
        let plain = try await PlainContainer.run(like: shop, on: Self.founder, writing: 0)
        var gaps: [Double] = []
        for number in 0..<count { gaps.append(try await plain.restart(number, interval: 10) / 1000) }
        return gaps
    }

    // MARK: Breakpoints
}

extension MigrationSummary {
    /// Nothing is left to do, and nothing is unknown.
    var hasEnded: Bool { outcome.map { $0 != .unknown && $0 != .cleanupPending } ?? false }
}
