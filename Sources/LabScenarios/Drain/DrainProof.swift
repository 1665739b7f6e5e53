import Foundation
import PloyzAPI
import PloyzMigration
import PloyzModel

/// Drains a machine with twelve services, brings them home, and does it again while the machine loses its power and
/// another one is drained: what must hold is counted, what does not is returned.
package struct DrainProof: Sendable {
    package static let machines = ["m1", "m2", "m3"]
    private static let drained = "m1"
    /// Machines that stay up: clients are there, and commands are given there.
    private static let others = ["m2", "m3"]
    /// MiB that are changed in the largest volume before everything goes home.
    private static let changed = 4
    /// The most that the way home may send, as a share of what the volumes hold. Of 152 MiB and more 4 are changed, and
    /// what the clients wrote, in records of 128 KiB.
    private static let shareHome = 0.25

    private let lab: Lab
    private let fleet: DrainFleet

    package static func deploy(in lab: Lab) async throws -> DrainProof {
        DrainProof(lab: lab, fleet: try await DrainFleet.deploy(in: lab, on: drained))
    }

    /// Prints what is seen.
    ///
    /// - Returns: what was violated.
    package func run() async throws -> [String] {
        var violations = try await drainUnderTraffic()
        violations += try await returnHome("home")
        violations += try await drainThroughPowerLoss()
        // What the first drain put on m3 was moved on by the second, and comes back in two steps.
        let back = try await follow(["machine", "drain", "m3", "--return"], from: "m2")
        print("Back to m3:\n\n\(DrainTable(report: back))\n")
        if back.exitStatus != 0 { violations.append("not everything came back to m3") }
        violations += try await returnHome("home-again")
        return violations
    }

    private func drainUnderTraffic() async throws -> [String] {
        var violations: [String] = []
        let before = try await fleet.places(asking: "m2")
        let plan = try await lab.ctl("m2", ["machine", "drain", Self.drained, "--migrate", "--dry-run"]).succeeded()
        print("\nThe plan:\n\n\(plan.text)")
        let state = try await lab.machines(asking: "m2").first { $0.name.text == Self.drained }?.lifecycle
        if try await fleet.places(asking: "m2") != before || state != .active {
            violations.append("the dry run changed something")
        }
        let clients = try DrainClients.start(fleet, "drain", from: Self.others)
        let report = try await follow(["machine", "drain", Self.drained, "--migrate"], from: "m2")
        let traffic = try await clients.stop(verifyingFrom: "m3")
        print("The drain under traffic:\n\n\(DrainTable(report: report))\n\(traffic.summary)\n")
        violations += emptied(report) + Self.unharmed(traffic, "the drain")
        violations += try await placed(asking: "m2")
        return violations
    }

    /// - Parameter name: of the clients that look on.
    private func returnHome(_ name: String) async throws -> [String] {
        let place = try await fleet.places(asking: "m2")["fleet/orders/0"] ?? "m2"
        try await fleet.overwrite("orders", mebibytes: Self.changed, on: place)
        let clients = try DrainClients.start(fleet, name, from: Self.others)
        let report = try await follow(["machine", "drain", Self.drained, "--return"], from: "m3")
        let traffic = try await clients.stop(verifyingFrom: "m2")
        let share = Double(report.sent.bytes) / Double(max(1, report.movedSize.bytes))
        print("The way home, \(Self.changed) MiB of fleet/orders changed:\n\n\(DrainTable(report: report))")
        print("sent / size: \(Int((share * 1000).rounded()) / 10) %\n\(traffic.summary)\n")
        var violations = Self.unharmed(traffic, "the way home")
        if report.exitStatus != 0 { violations.append("not everything came home") }
        if share > Self.shareHome { violations.append("the way home sent \(report.sent), \(share) of the volumes") }
        let away = try await fleet.places(asking: "m2").filter { entry in
            entry.value != Self.drained && !entry.key.hasPrefix("fleet/agent")
        }
        if !away.isEmpty { violations.append("not at home: \(away)") }
        return violations
    }

    /// The machine loses its power when a few units have gone and one is on its way; meanwhile another one is drained.
    private func drainThroughPowerLoss() async throws -> [String] {
        let clients = try DrainClients.start(fleet, "power", from: Self.others)
        async let first = follow(["machine", "drain", Self.drained, "--migrate"], from: "m2")
        try await lab.wait(for: "the first drain to be half-way", within: 120) {
            let report = try await standing(Self.drained)
            let isOnItsWay = report?.moves.contains { $0.state == .running && !$0.volumes.isEmpty } ?? false
            return isOnItsWay && (report?.moves.count { $0.state == .moved } ?? 0) >= 4
        }
        async let second = follow(["machine", "drain", "m3", "--migrate"], from: "m2")
        try await lab.wait(for: "the second drain to begin", within: 60) { try await standing("m3")?.state == .running }
        let atReset = try await standing(Self.drained)
        try await lab.command(["reset", Self.drained]).succeeded()
        print(
            "\(Self.drained) lost its power: \(atReset?.moves.count { $0.state == .moved } ?? 0) moved, "
                + "\(atReset?.moves.count { $0.state == .running } ?? 0) on their way, "
                + "\(atReset?.moves.count { $0.state == .waiting } ?? 0) to come\n"
        )
        let reports = try await [first, second]
        let traffic = try await clients.stop(verifyingFrom: "m2")
        print("The drain that lost its power:\n\n\(DrainTable(report: reports[0]))\n")
        print("The drain of m3, begun meanwhile:\n\n\(DrainTable(report: reports[1]))\n")
        print("clients, of which those of services on \(Self.drained) were cut off with it: \(traffic.summary)\n")
        var violations = emptied(reports[0])
        if traffic.lost > 0 { violations.append("power loss: \(traffic.lost) acknowledged writes lost") }
        if reports[1].state != .ended { violations.append("the second drain is \(reports[1].state.rawValue)") }
        let left = reports[1].moves.filter { $0.state != .moved && $0.state != .gone }
        if left.contains(where: { $0.error == nil && $0.note == nil }) {
            violations.append("the second drain does not say why: \(left.map(\.instance))")
        }
        let places = try await fleet.places(asking: "m2").filter { entry in
            !DrainFleet.immovable.contains { entry.key.hasPrefix($0) }
        }
        if Set(places.values) != ["m2"] { violations.append("not on m2, the one machine left: \(places)") }
        return violations
    }

    /// A drain that was begun or attached to, followed to its end.
    private func follow(_ arguments: [String], from machine: String) async throws -> DrainReport {
        let result = try await lab.run(machine, ["ployzctl"] + arguments + ["--json"], within: 600)
        guard result.status <= 1 else {
            throw ScenarioFailure("'\(result.command)' ended with \(result.status)\n\(result.errorText)")
        }
        return try DocumentForm.decode(DrainReport.self, from: result.output)
    }

    /// How the drain of a machine that runs stands; nil when none runs.
    private func standing(_ machine: String) async throws -> DrainReport? {
        let arguments = ["machine", "drain", machine, "--migrate", "--dry-run"]
        let report = try await lab.document(DrainReport.self, "m2", arguments)
        return report.state == .planned ? nil : report
    }

    /// Everything that can move has gone, and what cannot says why.
    private func emptied(_ report: DrainReport) -> [String] {
        var violations: [String] = []
        if report.state != .ended { violations.append("the drain is \(report.state.rawValue)") }
        let stays = report.moves.filter { $0.state == .stays }
        if Set(stays.map { "\($0.instance.service)" }) != Set(DrainFleet.immovable) {
            violations.append("stays: \(stays.map { "\($0.instance)" }), not \(DrainFleet.immovable)")
        }
        if stays.contains(where: { $0.error == nil }) { violations.append("something stays without a reason") }
        let others = report.moves.filter { $0.state != .moved && $0.state != .stays }
        violations += others.map { "\($0.instance) is \($0.state.rawValue): \($0.error?.message ?? $0.note ?? "-")" }
        if report.exitStatus != 1 { violations.append("exit status \(report.exitStatus), not 1: two units stay") }
        return violations
    }

    /// Replicas are apart, and what shares a volume is together.
    private func placed(asking machine: String) async throws -> [String] {
        let places = try await fleet.places(asking: machine)
        var violations: [String] = []
        if places["fleet/web/0"] == places["fleet/web/1"] {
            violations.append("both replicas of fleet/web are together")
        }
        if places["fleet/writer/0"] != places["fleet/reader/0"] { violations.append("writer and reader are apart") }
        return violations
    }

    private static func unharmed(_ traffic: DrainTraffic, _ what: String) -> [String] {
        var violations: [String] = []
        if traffic.failed > 0 { violations.append("\(what): \(traffic.failed) requests on new connections failed") }
        if traffic.lost > 0 { violations.append("\(what): \(traffic.lost) acknowledged writes lost") }
        if traffic.lines.contains(where: { $0.requests == 0 }) { violations.append("\(what): a client did nothing") }
        return violations
    }
}
