import Foundation
import LabScenarios
import PloyzAPI
import PloyzMigration
import PloyzModel
import Testing

extension LabTests {
    /// Docker and whole machines stop and start under a Redis with a volume. Its policy in Docker is `no`: what starts
    /// it again is ployzd.
    @Suite(.lab("docker", machines: 2))
    struct DockerTests {
        /// How dockerd goes away and comes back.
        enum Interruption: String, CaseIterable, CustomTestStringConvertible {
            case stopped, killed, reset

            var testDescription: String { rawValue }
        }

        @Test(
            "After an interruption of dockerd each container of ours comes back exactly once, sandbox before workload",
            arguments: Interruption.allCases
        )
        func comesBack(_ interruption: Interruption) async throws {
            let lab = try lab()
            let shop = try await shop(interruption.rawValue)
            let ledger = try await written(shop)
            let before = try await OurContainers.of(shop.service, lab, "m1")
            #expect(before.violations.isEmpty)
            try await interrupt(interruption)
            try await lab.wait(for: "\(shop.service) to run again", within: 90) {
                let state = try await lab.instances(of: shop.service, asking: "m2").first?.state
                let found = try await OurContainers.of(shop.service, lab, "m1")
                return state == .running && found.running == 2 && found.startedAt > before.startedAt
            }
            try await lab.wait(for: "\(shop.service) to answer", within: 30) {
                try await lab.run("m2", redis(shop, "PING")).text.hasPrefix("PONG")
            }
            let after = try await OurContainers.of(shop.service, lab, "m1")
            #expect(after.violations.isEmpty)
            let starts = try await OurContainers.starts(of: shop.service, lab, "m1")
            #expect(starts.count == 2, "one of the sandbox and one of the workload: \(starts)")
            let kept = try await Probe.verify(in: lab, from: "m2", at: shop.endpoint, ledgers: [ledger])
            #expect(kept.acknowledged > 0)
            #expect(kept.lost == 0)
        }

        @Test("A workload that dies alone is started again in the sandbox that stayed up")
        func workloadDies() async throws {
            let lab = try lab()
            let shop = try await shop("dies")
            let before = try await OurContainers.of(shop.service, lab, "m1")
            try await lab.run("m1", ["docker", "kill", before.workload]).succeeded()
            try await lab.wait(for: "\(shop.service) to run again", within: 30) {
                let found = try await OurContainers.of(shop.service, lab, "m1")
                return found.running == 2 && found.startedAt > before.startedAt
            }
            let after = try await OurContainers.of(shop.service, lab, "m1")
            #expect(after.violations.isEmpty)
            #expect(after.sandbox == before.sandbox)
        }

        @Test("Docker knows no restart policy and no published port of ours")
        func policy() async throws {
            let lab = try lab()
            let shop = try await shop("policy")
            let form = "{{.HostConfig.RestartPolicy.Name}}|{{.HostConfig.PortBindings}}|{{.HostConfig.Binds}}"
            let containers = try await OurContainers.of(shop.service, lab, "m1")
            for id in [containers.sandbox, containers.workload] {
                let text = try await lab.run("m1", ["docker", "inspect", "--format", form, id]).succeeded().text
                let fields = text.trimmingCharacters(in: .newlines).split(
                    separator: "|",
                    omittingEmptySubsequences: false
                )
                #expect(["", "no"].contains(fields[0]), "\(text)")
                #expect(["map[]", "<no value>"].contains(fields[1]), "\(text)")
                #expect(fields[2] == "[]", "\(text)")
            }
        }

        private func shop(_ namespace: String) async throws -> Shop {
            try await Shop.deploy(in: lab(), on: "m1", namespace: namespace, ballast: 1)
        }

        private func interrupt(_ interruption: Interruption) async throws {
            let lab = try lab()
            switch interruption {
            case .stopped:
                try await lab.command(["kill", "m1", "dockerd", "--signal", "TERM"]).succeeded()
                try await lab.wait(for: "dockerd to end", within: 60) {
                    try await lab.run("m1", ["pgrep", "-x", "dockerd"]).status != 0
                }
                try await lab.command(["start", "m1", "dockerd"]).succeeded()
            case .killed:
                try await lab.command(["kill", "m1", "dockerd"]).succeeded()
                try await lab.command(["start", "m1", "dockerd"]).succeeded()
            case .reset:
                try await lab.command(["reset", "m1"]).succeeded()
            }
        }

        /// Some acknowledged writes; their ledger.
        private func written(_ shop: Shop) async throws -> URL {
            let probe = try Probe.write(in: shop.lab, from: "m2", to: shop.endpoint, name: shop.namespace)
            try await shop.lab.wait(for: "writes") {
                (try? Data(contentsOf: probe.ledger).count) ?? 0 > 1000
            }
            _ = try await probe.stop()
            return probe.ledger
        }

        private func redis(_ shop: Shop, _ command: String) -> [String] {
            ["timeout", "5", "redis-cli", "-h", shop.address, command]
        }
    }
}
