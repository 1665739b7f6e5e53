import Foundation
import PloyzAPI
import PloyzMigration
import PloyzModel

/// The founder is lost: alone in the store, and as one of three members.
package struct FounderLoss: Sendable {
    let cluster: FounderCluster
    private var lab: Lab { cluster.lab }

    package init(_ cluster: FounderCluster) { self.cluster = cluster }

    package func run(_ findings: inout FounderFindings) async throws {
        try await alone(&findings)
        try await grow(&findings)
        var ledgers: [URL] = []
        try await underWay("b1", at: "round 1", from: "m2", to: "m3", &ledgers, &findings)
        try await founderReturns("b1", &findings)
        try await underWay("b2", at: "written perform commit", from: "m3", to: "m2", &ledgers, &findings)
        try await afterwards(&ledgers, &findings)
        try await founderReturns("b3", &findings)
        try await verify(ledgers, &findings)
        try await demoteAndPromote(&findings)
    }

    // MARK: One member

    private func alone(_ findings: inout FounderFindings) async throws {
        let manifest = Data("namespace = \"late\"\n".utf8)
        let commands: [(String, [String], Data?)] = [
            ("deploy", ["deploy", "-f", "-", "--format", "toml"], manifest),
            ("migrate", ["migrate", "apply", cluster.shop.service, "--to", "m3"], nil),
            ("invite", ["machine", "invite", "create"], nil),
        ]
        let (answers, views) = try await cluster.watched("alone") {
            try await cluster.powerOff(FounderCluster.founder)
            var answers: [(String, ProgramResult)] = []
            for (name, words, input) in commands {
                answers.append((name, try await lab.ctl("m2", words, input: input)))
            }
            return answers
        }
        for (name, answer) in answers {
            let isRefused = answer.status == 5 && answer.errorText.contains("error[store-")
            let isRight = isRefused && answer.errorText.contains("next:")
            let first = answer.errorText.split(separator: "\n").first ?? "nothing"
            findings.add("a", "\(name), founder lost", "exit \(answer.status), \(first.prefix(60))…", isRight: isRight)
        }
        findings.add("a", "clients of m2 and m3", views.text, isRight: views.failed == 0 && views.attempts > 0)
        try await cluster.boot(FounderCluster.founder)
        let (took, failures) = try await cluster.timeUntilWritten(asking: "m2")
        findings.add("a", "founder back: invite", "after \(took.text), \(failures) failed")
        try await lab.wait(for: "what is on the founder to run again", within: 60) {
            try await lab.run("m2", ["redis-cli", "-h", cluster.north.address, "PING"]).text.hasPrefix("PONG")
        }
        for target in ["m3", "m2"] {
            let report = try await lab.move(cluster.shop.service, to: target, asking: "m2")
            findings.add("a", "founder back: move to \(target)", "downtime \(report.downtime?.duration.text ?? "-")")
        }
    }

    // MARK: Three members

    private func grow(_ findings: inout FounderFindings) async throws {
        for machine in ["m2", "m3"] {
            let clock = ContinuousClock()
            let start = clock.now
            let change = try await cluster.promote(machine, asking: "m3")
            let names = change.members.map(\.description).joined(separator: " ")
            findings.add("b", "promote \(machine)", "\((clock.now - start).text): \(names)", isRight: change.isNew)
        }
        let again = try await cluster.promote("m3", asking: "m1")
        findings.add("b", "promote m3 again", again.isNew ? "was not there" : "nothing to do", isRight: !again.isNew)
        try await cluster.waitUntilHealthy(3, asking: "m2")
        let (time, views) = try await cluster.watched("failover") {
            // From before the loss, which takes a moment itself.
            let start = ContinuousClock.now
            try await cluster.powerOff(FounderCluster.founder)
            return try await cluster.timeUntilWritten(asking: "m2", since: start)
        }
        findings.add(
            "b",
            "power loss to a written change",
            "\(time.0.text), \(time.failures) tries failed",
            isRight: time.0 < .seconds(15)
        )
        findings.add("b", "clients of m2 and m3", views.text, isRight: views.failed == 0)
        try await founderReturns("b", &findings)
    }

    /// The founder is lost at a moment of a migration between the others, while clients write.
    private func underWay(
        _ part: String,
        at moment: String,
        from source: String,
        to target: String,
        _ ledgers: inout [URL],
        _ findings: inout FounderFindings
    ) async throws {
        let (report, views) = try await cluster.watched(part) {
            try await lab.arm(moment, on: source)
            let output = lab.scratch.appending(path: "\(part).jsonl")
            let apply = ["ployzctl", "migrate", "apply", cluster.shop.service, "--to", target, "--json"]
            let running = try lab.start(source, apply, output: output)
            try await lab.waitUntilStopped(source, at: moment)
            try await cluster.powerOff(FounderCluster.founder)
            try await lab.disarm(source)
            try await lab.command(["kill", source, "ployzd", "--signal", "CONT"]).succeeded()
            return try ProgramResult.notices(in: await running.finish()).last?.report
        }
        ledgers += views.ledgers
        try await add(part, "lost at '\(moment)'", report, to: target, asking: source, &findings)
        findings.add(part, "clients", views.text, isRight: views.failed == 0)
    }

    /// With the founder dead a migration begins, and a machine joins.
    private func afterwards(_ ledgers: inout [URL], _ findings: inout FounderFindings) async throws {
        let source = try await cluster.place(asking: "m2")
        let target = source == "m2" ? "m3" : "m2"
        let (result, views) = try await cluster.watched("after") {
            try await lab.ctl(source, ["migrate", "apply", cluster.shop.service, "--to", target, "--json"])
        }
        ledgers += views.ledgers
        try await add(
            "b3",
            "begun afterwards",
            try result.notices().last?.report,
            to: target,
            asking: source,
            &findings
        )
        findings.add("b3", "clients", views.text, isRight: views.failed == 0)
        let invite = try await lab.document(Invite.self, "m3", ["machine", "invite", "create"])
        let start = ContinuousClock.now
        let newcomer = FounderCluster.newcomer
        try await lab.ctl(newcomer, ["mesh", "join", "--token", invite.token]).succeeded()
        let machines = try await lab.machines(asking: newcomer).map(\.name.text)
        findings.add(
            "b3",
            "\(newcomer) joins without the founder",
            "\((ContinuousClock.now - start).text), sees \(machines.joined(separator: " "))",
            isRight: machines.count == 4
        )
    }

    private func add(
        _ part: String,
        _ what: String,
        _ report: MigrationReport?,
        to target: String,
        asking machine: String,
        _ findings: inout FounderFindings
    ) async throws {
        let place = try await cluster.place(asking: machine)
        let isRight = report?.outcome == .migrated && place == target
        let downtime = report?.downtime?.duration.text ?? "-"
        let outcome = report.map { "\($0.outcome.rawValue)" } ?? "no report"
        findings.add(part, what, "\(outcome), runs on \(place), downtime \(downtime)", isRight: isRight)
    }

    private func founderReturns(_ part: String, _ findings: inout FounderFindings) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        try await cluster.boot(FounderCluster.founder)
        try await cluster.waitUntilHealthy(3, asking: FounderCluster.founder)
        findings.add(part, "founder back, current and healthy", "after \((clock.now - start).text)")
    }

    private func verify(_ ledgers: [URL], _ findings: inout FounderFindings) async throws {
        let report = try await Probe.verify(in: lab, from: "m3", at: cluster.shop.endpoint, ledgers: ledgers)
        findings.add(
            "b",
            "acknowledged writes",
            "\(report.acknowledged), \(report.lost) lost",
            isRight: report.lost == 0 && report.acknowledged > 0
        )
    }

    // MARK: Out and in again

    private func demoteAndPromote(_ findings: inout FounderFindings) async throws {
        let (_, views) = try await cluster.watched("demote") {
            let change = try await cluster.demote(FounderCluster.founder, asking: "m3")
            let names = change.members.map(\.description)
            findings.add("c", "demote m1", "members \(names.joined(separator: " "))", isRight: names == ["m2", "m3"])
            let keys = try await lab.run("m1", ["ls", "/var/lib/ployz/pki"]).text
            let hasKey = keys.contains("authority")
            findings.add("c", "m1's authority key", hasKey ? "is still there" : "is gone", isRight: !hasKey)
            let back = try await cluster.promote(FounderCluster.founder, asking: "m1")
            let after = back.members.map(\.description)
            findings.add("c", "promote m1", "members \(after.joined(separator: " "))", isRight: after.count == 3)
            try await cluster.waitUntilHealthy(3, asking: "m1")
        }
        findings.add("c", "clients", views.text, isRight: views.failed == 0)
    }
}

extension Duration {
    /// In milliseconds, or in seconds from ten on.
    var text: String {
        self < .seconds(10)
            ? "\(Int((self / .milliseconds(1)).rounded())) ms" : "\(Int((self / .seconds(1)).rounded())) s"
    }
}
