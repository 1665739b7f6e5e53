import Foundation
import LabScenarios
import PloyzAPI
import PloyzMigration
import PloyzModel
import Testing

extension LabTests {
    /// Moves of other things than the demo's Redis.
    @Suite(.lab("moves", machines: 3))
    struct MoveTests {
        @Test("A stateless web service moves and no client sees a failed request")
        func stateless() async throws {
            let lab = try lab()
            try await lab.deploy(Manifests.web("web", image: lab.buildImage("web")), on: "m1")
            let before = try #require(try await lab.instances(of: "web/web").first)
            let preview = try await lab.document(
                MigrationPreview.self,
                "m1",
                ["migrate", "preview", "web/web", "--to", "m2"]
            )
            #expect(preview.startsFirst)
            let clients = try ["m1", "m2", "m3"].map {
                try Probe.http(in: lab, from: $0, to: "\(before.address):80", name: "web-\($0)")
            }
            for target in ["m2", "m3", "m1"] { try await lab.move("web/web", to: target, asking: "m2") }
            for client in clients {
                let seen = try await client.stop()
                let failed = seen.failedConnects + seen.failedRequests
                #expect(failed == 0, "from \(client.machine): \(seen.errors)")
                print("\(client.machine): \(seen.acknowledged) answers, longest wait \(seen.longestWait) ms")
                #expect(seen.acknowledged > 0)
            }
            let after = try #require(try await lab.instances(of: "web/web").first)
            #expect(after.address == before.address)
            #expect(after.machine.name.text == "m1")
        }

        @Test("Of several instances the one that is named moves, the others stay, and a lower count removes it there")
        func oneOfSeveral() async throws {
            let lab = try lab()
            let manifest = Manifests.web(
                "pair",
                image: try await lab.buildImage("web"),
                placement: "{ replicated = { count = 2 } }"
            )
            try await lab.deploy(manifest)
            let before = try await lab.instances(of: "pair/web")
            let moving = try #require(before.last)
            let target = try #require(
                ["m1", "m2", "m3"].first { name in !before.contains { $0.machine.name.text == name } }
            )
            let apply = ["migrate", "apply", "pair/web", "--to", target, "--instance", "\(moving.instance.index)"]
            try await lab.ctl("m1", apply).succeeded()
            let after = try await lab.instances(of: "pair/web")
            #expect(after.map(\.address) == before.map(\.address))
            #expect(after.last?.machine.name.text == target)
            #expect(after.dropLast().map(\.machine) == before.dropLast().map(\.machine))

            let list = ["docker", "ps", "-aq", "--filter", "label=io.ployz.instance=pair/web/\(moving.instance.index)"]
            #expect(try await !lab.run(target, list).succeeded().text.isEmpty)
            try await lab.deploy(manifest.replacing("count = 2", with: "count = 1"))
            try await lab.wait(for: "the moved instance's containers to be removed") {
                try await lab.run(target, list).succeeded().text.isEmpty
            }
        }

        @Test("Two services that share a volume move together, and the preview says so")
        func shared() async throws {
            let lab = try lab()
            try await lab.deploy(Manifests.pair("pages", image: lab.buildImage("web")), on: "m1")
            let reader = try #require(try await lab.instances(of: "pages/reader").first)
            let preview = try await lab.document(
                MigrationPreview.self,
                "m1",
                ["migrate", "preview", "pages/writer", "--to", "m2"]
            )
            #expect(Set(preview.members.map { "\($0.instance.service)" }) == ["pages/reader", "pages/writer"])
            #expect(preview.notes.contains { $0.contains("pages/reader moves too") && $0.contains("pages/pages") })
            let lines = try await page(reader)
            try await lab.move("pages/writer", to: "m2")
            for service in ["pages/reader", "pages/writer"] {
                #expect(try await lab.instances(of: service).map(\.machine.name.text) == ["m2"])
            }
            #expect(try await lab.instances(of: "pages/reader").first?.address == reader.address)
            let after = try await page(reader)
            #expect(after.starts(with: lines))
            try await lab.wait(for: "the writer to go on") { try await page(reader).count > after.count }
        }

        @Test("A tree of awkward files is the same after a full move and after the way back")
        func tree() async throws {
            let lab = try lab()
            try await lab.deploy(Manifests.keeper("tree", image: lab.buildImage("web")), on: "m1")
            let volume = "/var/lib/ployz/volumes/tree/data/data"
            try await lab.run("m1", ["lab-probe", "tree-make", "\(volume)/tree"]).succeeded()
            let made = try await hash("m1", "\(volume)/tree")
            let first = try await lab.move("tree/keeper", to: "m2")
            #expect(try await hash("m2", "\(volume)/tree") == made)
            try await lab.run("m2", ["lab-probe", "tree-make", "--small", "100", "\(volume)/more"]).succeeded()
            let both = try await hash("m2", volume)
            let back = try await lab.move("tree/keeper", to: "m1")
            #expect(try await hash("m1", volume) == both)
            #expect(back.bytes < first.bytes)
        }

        @Test("A service that is on the target already is left alone, with exit status 0")
        func alreadyThere() async throws {
            let lab = try lab()
            try await lab.deploy(Manifests.keeper("stay", image: lab.buildImage("web")), on: "m2")
            let before = try await Traces.of(lab)
            for command in ["preview", "apply"] {
                let result = try await lab.ctl("m3", ["migrate", command, "stay/keeper", "--to", "m2"])
                #expect(result.status == 0, "\(result.errorText)")
                #expect(result.text.contains("already on m2"), "\(result.text)")
            }
            #expect(try await Traces.of(lab) == before)
        }

        @Test("A machine is meant by its name, its ID, and any of its addresses")
        func names() async throws {
            let lab = try lab()
            try await lab.deploy(Manifests.keeper("names", image: lab.buildImage("web")), on: "m1")
            let m2 = try #require(try await lab.machines().first { $0.name.text == "m2" })
            let underlay = m2.endpoints.map { String($0.prefix { $0 != ":" }) }
            for name in ["m2", "\(m2.id)", "\(m2.overlayAddress)", m2.managementAddress] + underlay {
                let preview = try await lab.document(
                    MigrationPreview.self,
                    "m3",
                    ["migrate", "preview", "names/keeper", "--to", name]
                )
                #expect(preview.to.id == m2.id, "\(name)")
            }
        }

        private func hash(_ machine: String, _ path: String) async throws -> String {
            try await lab().run(machine, ["lab-probe", "tree-hash", path]).succeeded().text
        }

        private func page(_ reader: InstanceSummary) async throws -> [Substring] {
            let get = ["busybox", "wget", "-q", "-O", "-", "http://\(reader.address)/page"]
            return try await lab().run("m3", get).succeeded().text.split(separator: "\n")
        }
    }
}
