import Foundation
import LabScenarios
import PloyzAPI
import PloyzMigration
import PloyzModel
import Testing

extension LabTests.MoveTests {
    @Test("A drain empties a machine but for what is bound to it, names that, and brings the rest home by what changed")
    func drain() async throws {
        let lab = try lab()
        let image = try await lab.buildImage("web")
        try await lab.deploy(Manifests.keeper("kept", image: image), on: "m3")
        try await lab.run("m3", ["mkdir", "-p", "/srv/bound"]).succeeded()
        let mount = #"mounts = [{ source = { bind = "/srv/bound" }, target = "/data" }]"#
        try await lab.deploy(Manifests.web("bound", image: image, template: mount), on: "m3")
        let file = "/var/lib/ployz/volumes/kept/data/data/bytes"
        let fill = ["dd", "if=/dev/urandom", "of=\(file)", "bs=1M", "count=12", "conv=fsync"]
        try await lab.run("m3", fill).succeeded()

        let before = try await Traces.of(lab)
        let plan = try await lab.document(DrainReport.self, "m1", ["machine", "drain", "m3", "--migrate", "--dry-run"])
        #expect(try await Traces.of(lab) == before)
        #expect(plan.state == .planned)
        let kept = try #require(plan.moves.first { "\($0.instance.service)" == "kept/keeper" })
        #expect(kept.to != nil && kept.bytes.bytes > .zero)
        let bound = try #require(plan.moves.first { "\($0.instance.service)" == "bound/web" })
        #expect(bound.state == .stays && bound.error?.code == "bind-mount")

        // Two of the same at once are one drain; the bind mount that stays is exit status 1.
        async let first = lab.ctl("m1", ["machine", "drain", "m3", "--migrate", "--json"])
        async let second = lab.ctl("m2", ["machine", "drain", "m3", "--migrate", "--json"])
        let results = try await [first, second]
        let reports = try results.map { try DocumentForm.decode(DrainReport.self, from: $0.output) }
        #expect(results.map(\.status) == [1, 1], "\(results.map(\.errorText))")
        #expect(Set(reports.map(\.id)).count == 1)
        let moved = reports[0].moves.first { "\($0.instance.service)" == "kept/keeper" }
        #expect(try #require(moved?.sent) > .mebibytes(12))
        #expect(reports[0].moves.filter { $0.state != .moved }.map { "\($0.instance.service)" } == ["bound/web"])
        #expect(try await lab.machines().first { $0.name.text == "m3" }?.lifecycle == .draining)
        #expect(try await lab.instances(of: "kept/keeper").first?.machine.name.text != "m3")

        let back = try await lab.document(DrainReport.self, "m2", ["machine", "drain", "m3", "--return"])
        #expect(back.state == .ended && back.exitStatus == 0)
        #expect(back.sent < .mebibytes(3), "\(back.sent)")
        #expect(try await lab.instances(of: "kept/keeper").first?.machine.name.text == "m3")
        #expect(try await lab.machines().first { $0.name.text == "m3" }?.lifecycle == .active)
    }
}
