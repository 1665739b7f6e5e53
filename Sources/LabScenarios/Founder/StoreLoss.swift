import Foundation
import PloyzAPI
import PloyzMigration
import PloyzModel

/// The store is lost on every machine and made anew: from a current snapshot, and from one that is behind.
package struct StoreLoss: Sendable {
    let cluster: FounderCluster
    private var lab: Lab { cluster.lab }

    package init(_ cluster: FounderCluster) { self.cluster = cluster }

    package func run(_ findings: inout FounderFindings) async throws {
        try await drill(&findings)
        try await behind(&findings)
    }

    private func drill(_ findings: inout FounderFindings) async throws {
        let drill = try StoreDrill(checkout: lab.checkout)
        let before = try await cluster.place(asking: "m2")
        let (_, views) = try await cluster.watched("drill") {
            try await drill.run(in: lab, members: FounderCluster.machines)
            try await cluster.waitUntilHealthy(3, asking: "m2")
        }
        findings.add("d", "drill of docs/operating.md", "\(drill.steps.count) steps, 3 healthy members")
        findings.add("d", "clients", views.text, isRight: views.failed == 0)
        try await expectWarnings(false, "after the drill", &findings)
        let other = before == "m2" ? "m3" : "m2"
        let report = try await lab.move(cluster.shop.service, to: other, asking: "m2")
        findings.add("d", "move after the drill", "downtime \(report.downtime?.duration.text ?? "-")")
    }

    /// A snapshot from before a move is restored: the machines have seen more, and believe nothing of it.
    private func behind(_ findings: inout FounderFindings) async throws {
        let (old, current) = ("/var/backups/behind.db", "/var/backups/current.db")
        let source = try await cluster.place(asking: "m2")
        let target = source == "m2" ? "m3" : "m2"
        try await lab.ctl("m2", ["store", "snapshot", "save", old]).succeeded()
        try await lab.move(cluster.shop.service, to: target, asking: "m2")
        try await lab.ctl("m2", ["store", "snapshot", "save", current]).succeeded()
        let (restored, views) = try await cluster.watched("behind") {
            for machine in FounderCluster.machines { try await StoreDrill.destroyStore(of: machine, in: lab) }
            let restore = ["store", "snapshot", "restore", old, "--yes"]
            let restored = try await lab.document(StoreRestoration.self, "m2", restore)
            try await lab.wait(for: "the machines to see that the store is behind") {
                let status = try await lab.document(ClusterStatus.self, target, ["status"])
                return status.warnings.contains { $0.contains("behind") }
            }
            // Time in which somebody could start what he must not.
            try await Task.sleep(for: .seconds(5))
            return restored
        }
        findings.add("d", "restored what is behind", "\(restored.left.count) members left, status says so")
        findings.add("d", "clients", views.text, isRight: views.failed == 0)
        let running = try await runners()
        findings.add("d", "the shop runs on", running.joined(separator: " "), isRight: running == [target])
        let refused = try await lab.ctl(source, ["migrate", "apply", cluster.shop.service, "--to", target])
        let code = refused.errorText.split(separator: "]").first.map { $0 + "]" } ?? "no error"
        findings.add("d", "a move meanwhile", "exit \(refused.status), \(code)", isRight: refused.status != 0)
        let restore = ["store", "snapshot", "restore", current, "--yes", "--force"]
        try await lab.ctl("m2", restore).succeeded()
        try await expectWarnings(false, "the later snapshot", &findings)
        for machine in ["m1", "m3"] { _ = try await cluster.promote(machine, asking: "m2") }
        try await cluster.waitUntilHealthy(3, asking: "m1")
        let report = try await lab.move(cluster.shop.service, to: source, asking: "m2")
        findings.add("d", "move after all", "downtime \(report.downtime?.duration.text ?? "-")")
    }

    private func expectWarnings(_ expected: Bool, _ what: String, _ findings: inout FounderFindings) async throws {
        try await lab.wait(for: "no machine to say that the store is behind", within: 30) {
            for machine in FounderCluster.machines {
                let warnings = try await lab.document(ClusterStatus.self, machine, ["status"]).warnings
                if warnings.contains(where: { $0.contains("behind") }) != expected { return false }
            }
            return true
        }
        findings.add("d", what, "the store is current for all machines")
    }

    /// On which machines the shop's container runs.
    private func runners() async throws -> [String] {
        var found: [String] = []
        for machine in FounderCluster.machines {
            let names = try await lab.run(machine, ["docker", "ps", "--format", "{{.Names}}"]).succeeded().text
            if names.split(separator: "\n").contains("ployz.shop.redis.0") { found.append(machine) }
        }
        return found
    }
}
