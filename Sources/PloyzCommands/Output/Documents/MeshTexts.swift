import Foundation
package import PloyzAPI
import PloyzMigration
import PloyzModel

extension MeshStatus: Presentable {
    package func lines(_ ink: Ink) -> [String] {
        var lines = [
            "cluster \(name) (\(id)), network \(network)",
            "this machine: \(machine.name) (\(machine.id)), \(machine.lifecycle.rawValue), "
                + "\(machine.overlayAddress), \(machine.managementAddress)",
            "store: \(storeHealthy ? "answers" : ink.red("does not answer")), on "
                + (members.isEmpty ? storageMembers.map(\.description) : members.map { $0.text(ink) })
                .joined(separator: ", "),
        ]
        if peers.isEmpty {
            lines.append("no other machines; invite one: ployzctl machine invite create")
        } else {
            lines.append("")
            lines += Table(["PEER", "ENDPOINT", "LAST HANDSHAKE", "RECEIVED", "SENT"], rows).lines(ink)
        }
        return lines
    }

    package var plainLines: [String] {
        ["cluster\t\(name)\t\(id)\t\(network)", "store\t\(storeHealthy ? "healthy" : "unreachable")"]
            + members.map { "member\t\($0.machine)\t\($0.state.rawValue)\t\($0.isLeader ? "leads" : "-")" }
            + rows.map { "peer\t" + $0.joined(separator: "\t") }
    }

    private var rows: [[String]] {
        peers.map { peer in
            [
                "\(peer.machine)", peer.endpoint ?? "-", peer.handshakeAge.map { "\($0) ago" } ?? "never",
                "\(peer.received)", "\(peer.sent)",
            ]
        }
    }
}

extension Invite: Presentable {
    package func lines(_ ink: Ink) -> [String] {
        [
            token,
            "",
            "valid once, until \(expiresAt.formatted(.iso8601)); on the new machine:",
            "    ployzctl mesh join --token \(token)",
        ]
    }

    package var plainLines: [String] { [token] }
}

extension LifecycleChange: Presentable {
    package func lines(_ ink: Ink) -> [String] {
        before == after
            ? ["\(machine) is \(after.rawValue) already"] : ["\(machine) is \(after.rawValue), was \(before.rawValue)"]
    }

    package var plainLines: [String] { ["\(machine)\t\(after.rawValue)"] }
}

extension VersionReport: Presentable {
    package func lines(_ ink: Ink) -> [String] {
        ["ployzctl \(client)", daemon.map { "ployzd   \($0.version.printable), API \($0.api)" } ?? "ployzd   -"]
    }

    package var plainLines: [String] { ["ployzctl\t\(client)", "ployzd\t\(daemon?.version.printable ?? "-")"] }
}

extension ClusterStatus: Presentable {
    package func lines(_ ink: Ink) -> [String] {
        var lines = ["cluster \(name) (\(id)), store \(storeHealthy ? "answers" : ink.red("does not answer"))", ""]
        lines += MachineList(machines: machines).lines(ink) + [""]
        lines += ServiceList(services: services).lines(ink)
        if !migrations.isEmpty { lines += [""] + MigrationList(migrations: migrations).lines(ink) }
        if let ingress {
            lines += [
                "",
                "ingress here: \(ingress.connections) connections, \(ingress.open) open, \(ingress.retries) tries repeated, "
                    + "\(ingress.failed) failed, \(ingress.cutOff) cut off",
            ]
        }
        if !warnings.isEmpty { lines += [""] + warnings.map { ink.yellow("warning: \($0.printable)") } }
        return lines
    }

    package var plainLines: [String] {
        ["cluster\t\(name)\t\(storeHealthy ? "healthy" : "store-unreachable")"]
            + MachineList(machines: machines).plainLines.map { "machine\t\($0)" }
            + ServiceList(services: services).plainLines.map { "instance\t\($0)" }
            + MigrationList(migrations: migrations).plainLines.map { "migration\t\($0)" }
            + (ingress.map {
                ["ingress\t\($0.connections)\t\($0.open)\t\($0.retries)\t\($0.failed)\t\($0.cutOff)"]
            } ?? [])
            + warnings.map { "warning\t\($0.printable)" }
    }
}
