import Foundation
import LabScenarios
import PloyzAPI
import PloyzMigration
import PloyzModel
import Testing

extension LabTests {
    /// The store grows, is lost and made anew, and outlives its founder. `scripts/founder` does the same under load.
    @Suite(.lab("storage", machines: 3))
    struct StorageTests {
        @Test("The store grows to three members, is made anew by the documented drill, and outlives the founder")
        func storeGrows() async throws {
            let lab = try lab()
            let last = try await lab.ctl("m2", ["machine", "storage", "demote", "m1"])
            expect(last, status: 3, code: "last-storage-member", ["m1"])
            for machine in ["m2", "m3"] { try await promote(machine) }
            #expect(try await members(asking: "m3") == ["m1", "m2", "m3"])

            try await StoreDrill(checkout: lab.checkout).run(in: lab, members: ["m1", "m2", "m3"])
            #expect(try await members(asking: "m1") == ["m1", "m2", "m3"])

            try await lab.command(["reset", "m1", "--off"]).succeeded()
            try await lab.wait(for: "an invitation without the founder", within: 15) {
                try await lab.ctl("m3", ["machine", "invite", "create", "-q"]).status == 0
            }
            let gone = try await lab.document(
                StorageChange.self,
                "m3",
                ["machine", "storage", "demote", "m1"]
            )
            #expect(gone.members.map(\.name.text) == ["m2", "m3"])

            // It was off, and finds out by itself.
            try await lab.command(["reset", "m1"]).succeeded()
            try await lab.wait(for: "m1 to put its data and its key aside", within: 60) {
                let script = "[ -d /var/lib/ployz/etcd.left/member ] && [ ! -e /var/lib/ployz/pki/authority.key ]"
                return try await lab.run("m1", ["sh", "-c", script]).status == 0
            }
        }

        private func promote(_ machine: String) async throws {
            let words = ["machine", "storage", "promote", machine]
            #expect(try await lab().document(StorageChange.self, "m3", words).isNew)
        }

        /// The names of the members that are well.
        private func members(asking machine: String) async throws -> [String] {
            let members = try await lab().document(MeshStatus.self, machine, ["mesh", "status"]).members
            return members.filter { $0.state == .healthy }.map(\.machine.name.text)
        }
    }
}
