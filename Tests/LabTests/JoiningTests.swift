import Foundation
import LabScenarios
import PloyzAPI
import PloyzMigration
import PloyzModel
import Testing

extension LabTests {
    /// Machines that belong to no cluster yet. m1 founds one when a case asks for it; m3 never gets in.
    @Suite(.lab("joining", machines: 3, cluster: false))
    struct JoiningTests {
        @Test(
            "Without a cluster every command is refused and says how to get one",
            arguments: [
                ["status"], ["mesh", "status"], ["machine", "ls"], ["machine", "invite", "create"],
                ["machine", "drain", "m1"], ["service", "ls"], ["volume", "ls"], ["migrate", "ls"],
                ["migrate", "preview", "shop/redis", "--to", "m2"], ["migrate", "apply", "shop/redis", "--to", "m2"],
                ["migrate", "render-manifest", "shop/redis", "--to", "m2"],
            ]
        )
        func noCluster(command: [String]) async throws {
            let result = try await lab().ctl("m3", command)
            expect(result, status: 3, code: "no-cluster", ["cluster"])
            #expect(result.errorText.contains("mesh join"), "\(result.errorText)")
        }

        @Test("A daemon without a cluster tells its version")
        func version() async throws {
            let report = try await lab().document(VersionReport.self, "m3", ["version"])
            #expect(report.daemon?.version == report.client)
        }

        @Test("A token lets one machine in and no second one")
        func tokenTwice() async throws {
            let lab = try lab()
            let invite = try await invite()
            // By standard input: arguments stand in the list of processes.
            let words = ["mesh", "join", "--token-file", "-"]
            let joined = try await lab.document(MeshStatus.self, "m2", words, input: Data("\(invite.token)\n".utf8))
            #expect(joined.machine.name.text == "m2")
            #expect(joined.storeHealthy)
            #expect(joined.peers.map(\.machine.name.text) == ["m1"])
            expect(try await join("m3", invite.token), status: 3, code: "token-refused", ["used"])
            #expect(try await lab.machines().map(\.name.text) == ["m1", "m2"])
        }

        @Test("A token that has expired lets nobody in")
        func tokenExpired() async throws {
            let lab = try lab()
            let invite = try await invite(["--ttl", "10s"])
            try await lab.wait(for: "the token to expire", within: 30) { invite.expiresAt < .now }
            expect(try await join("m3", invite.token), status: 3, code: "token-refused", ["expired"])
            #expect(try await !lab.machines().contains { $0.name.text == "m3" })
        }

        @Test("A text that is no token is refused before anything is asked", arguments: ["", "x", "ployz-join-0-abc"])
        func tokenMalformed(token: String) async throws {
            let result = try await join("m3", token)
            #expect(result.status == 2, "\(result.errorText)")
            #expect(result.errorText.contains("token"), "\(result.errorText)")
        }

        @Test("A token that was changed by one letter is refused")
        func tokenForged() async throws {
            let invite = try await invite()
            let last = try #require(invite.token.last)
            let forged = invite.token.dropLast() + (last == "a" ? "b" : "a")
            let result = try await join("m3", String(forged))
            #expect(result.status != 0)
            #expect(try await !lab().machines().contains { $0.name.text == "m3" })
        }

        @Test("Without a daemon a command ends with 5 and says how to start it")
        func noDaemon() async throws {
            let lab = try lab()
            try await lab.command(["kill", "m3", "ployzd"]).succeeded()
            let result = try await lab.ctl("m3", ["status"])
            expect(result, status: 5, code: "daemon-unreachable", ["/run/ployz/ployzd.sock"])
            try await lab.command(["start", "m3", "ployzd"]).succeeded()
            let report = try await lab.document(VersionReport.self, "m3", ["version"])
            #expect(report.daemon != nil)
        }

        /// An invitation from m1, which founds the cluster first when there is none.
        private func invite(_ options: [String] = []) async throws -> Invite {
            let lab = try lab()
            let status = try await lab.ctl("m1", ["mesh", "status"])
            if status.status != 0 {
                let founded = try await lab.document(MeshStatus.self, "m1", ["mesh", "init", "acme"])
                #expect(founded.name.text == "acme")
                #expect(founded.storageMembers.map(\.name.text) == ["m1"])
            }
            return try await lab.document(Invite.self, "m1", ["machine", "invite", "create"] + options)
        }

        private func join(_ machine: String, _ token: String) async throws -> ProgramResult {
            try await lab().ctl(machine, ["mesh", "join", "--token", token])
        }
    }
}
