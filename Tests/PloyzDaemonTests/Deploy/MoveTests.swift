import PloyzManifest
import PloyzMigration
import PloyzModel
import Testing

@testable import PloyzDaemon

@Suite("Rendering a move and deploying it")
struct MoveTests {
    private static let pair =
        service("redis", mounts: ["data", "aof"]) + service("reader", mounts: ["data"])
        + volume("data", "scope = \"shared\"") + volume("aof")

    private func rendered(
        _ service: String,
        to machine: String,
        instance: Int? = nil,
        from: String? = nil,
        in cluster: DeployCluster
    ) throws -> ManifestRenderer.Rendering {
        try ManifestRenderer.render(
            ServiceRef(service),
            to: machine,
            instance: instance,
            from: from,
            in: cluster.picture
        )
    }

    private func refusals(
        _ service: String,
        to machine: String,
        instance: Int? = nil,
        from: String? = nil,
        in cluster: DeployCluster
    ) throws -> [String] {
        let picture = try cluster.picture
        let ref = try ServiceRef(service)
        do throws(PloyzError) {
            _ = try ManifestRenderer.render(ref, to: machine, instance: instance, from: from, in: picture)
            return []
        } catch {
            return DeployCluster.lines(of: error)
        }
    }

    @Test(
        "the rendered manifest is valid in both formats and asks for exactly one migration",
        arguments: DocumentFormat.allCases
    )
    func deploysAsOneMove(format: DocumentFormat) throws {
        var cluster = try DeployCluster()
        try cluster.deploy(Self.pair + service("web"))
        let text = try ManifestWriter.text(of: try rendered("shop/redis", to: "m2", in: cluster).manifest, as: format)
        let manifest = try ManifestReader.read(Array(text.utf8), as: format, known: .onlyDeclared)
        let plan = try DeployPlanner.plan(manifest, in: try cluster.picture)
        #expect(plan.writesNothing)
        #expect(plan.moves.count == 1)
        let move = try #require(plan.moves.first)
        #expect(move.instance.description == "shop/redis/0")
        #expect(move.from == (try DeployCluster.id(1)))
        #expect(move.to == (try DeployCluster.id(2)))
        #expect(move.generation == 1)
        #expect(
            plan.changes.map(\.line) == [
                "= unchanged volume shop/aof on m1", "= unchanged volume shop/data on m1",
                "= unchanged service shop/redis on m1", "= unchanged service shop/reader on m1",
                "> move service shop/redis to m2 (from m1, with shop/reader/0, shop/aof, shop/data)",
            ]
        )
    }

    @Test(
        "a machine is known by its ID, its name and any of its addresses",
        arguments: ["m2", "m-0000000000000002", "192.0.2.2", "192.0.2.2:51820", "10.101.2.1", "fd00::2"]
    )
    func resolvesMachine(text: String) throws {
        var cluster = try DeployCluster()
        try cluster.deploy(service("web"))
        #expect(try rendered("shop/web", to: text, in: cluster).target.name.text == "m2")
    }

    @Test("on the target already, the manifest has no intent and changes nothing")
    func rendersNothingToDo() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(service("web"))
        let rendering = try rendered("shop/web", to: "m1", in: cluster)
        #expect(rendering.isAlreadyThere)
        #expect(rendering.manifest.intent == nil)
        let plan = try DeployPlanner.plan(rendering.manifest, in: try cluster.picture)
        #expect(plan.writesNothing && plan.moves.isEmpty)
    }

    @Test("unknown names are all reported, with the nearest")
    func namesNearest() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(service("redis"))
        #expect(
            try refusals("shop/rdis", to: "m22", in: cluster) == [
                "unknown-machine: there is no machine 'm22'; did you mean 'm2' or 'm1' or 'm3'?",
                "unknown-service: there is no service 'shop/rdis'; did you mean 'shop/redis'?",
            ]
        )
    }

    @Test("several instances need a choice")
    func needsChoice() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(service("web", "placement.replicated.count = 2"))
        #expect(
            try refusals("shop/web", to: "m3", in: cluster) == [
                "which-instance: shop/web has several instances: 0 on m1, 1 on m2"
            ]
        )
        let chosen = try rendered("shop/web", to: "m3", instance: 1, in: cluster)
        #expect(chosen.manifest.intent?.services.map(\.instance) == [1])
        #expect(try rendered("shop/web", to: "m3", from: "10.101.1.1", in: cluster).instance.ref.index == 0)
    }

    @Test("global services and bind mounts do not move")
    func refusesUnmovable() throws {
        let bind =
            "[[services]]\nname = \"files\"\ntemplate.image = \"x\"\n"
            + "template.mounts = [{ source = { bind = \"/srv\" }, target = \"/srv\" }]\n"
        var cluster = try DeployCluster()
        try cluster.deploy(bind + service("agent", "placement = \"global\""))
        #expect(
            try refusals("shop/files", to: "m2", in: cluster) == [
                "bind-mount: shop/files binds /srv of its machine, which a migration cannot move"
            ]
        )
        #expect(
            try refusals("shop/agent", to: "m2", in: cluster) == [
                "global-service: shop/agent is placed on every machine (global): there is nothing to move"
            ]
        )
    }

    @Test("a manifest of an older generation is refused as stale")
    func refusesStale() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(service("web"))
        let manifest = try rendered("shop/web", to: "m2", in: cluster).manifest
        try cluster.deploy(service("web", "labels.a = \"1\""))
        let picture = try cluster.picture
        let error = #expect(throws: PloyzError.self) { try DeployPlanner.plan(manifest, in: picture) }
        let lines = DeployCluster.lines(of: try #require(error))
        #expect(lines.first == "stale-manifest: the manifest was rendered from generation 1 of shop/web, which is at 2")
    }

    @Test("what is moved must not be changed by the same manifest")
    func refusesChangeAndMove() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(service("web"))
        var manifest = try rendered("shop/web", to: "m2", in: cluster).manifest
        manifest.services[0].labels = ["a": "1"]
        let picture = try cluster.picture
        let error = #expect(throws: PloyzError.self) { try DeployPlanner.plan(manifest, in: picture) }
        #expect(
            DeployCluster.lines(of: try #require(error)) == [
                "change-and-move: the manifest moves shop/web and changes it too"
            ]
        )
    }

    @Test("an intent that leaves out what shares a volume is refused, and names it")
    func refusesIncompleteMove() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(Self.pair)
        var manifest = try rendered("shop/redis", to: "m2", in: cluster).manifest
        manifest.services.removeAll { $0.name.text == "reader" }
        manifest.intent?.services.removeAll { $0.service.text == "reader" }
        let picture = try cluster.picture
        let error = #expect(throws: PloyzError.self) { try DeployPlanner.plan(manifest, in: picture) }
        #expect(
            DeployCluster.lines(of: try #require(error)) == [
                "move-incomplete: shop/reader/0 moves too, and the intent does not say so"
            ]
        )
    }

    @Test("a move from a machine that no longer has the instance is refused; to where it is, it is nothing to do")
    func checksSource() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(service("web"))
        let manifest = try rendered("shop/web", to: "m2", in: cluster).manifest
        var instance = try #require(try cluster.picture.cluster.instances.first)
        instance.machine = try DeployCluster.id(3)
        try cluster.put(instance)
        var picture = try cluster.picture
        let error = #expect(throws: PloyzError.self) { try DeployPlanner.plan(manifest, in: picture) }
        #expect(DeployCluster.lines(of: try #require(error)) == ["not-on-machine: shop/web/0 is on m3, not on m1"])
        instance.machine = try DeployCluster.id(2)
        try cluster.put(instance)
        picture = try cluster.picture
        let plan = try DeployPlanner.plan(manifest, in: picture)
        #expect(plan.changes.last?.line == "> move service shop/web to m2 (already there)")
    }

    @Test("a migration that runs does not keep its own manifest out: the engine attaches to it")
    func handsOnWhenLocked() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(service("web"))
        let manifest = try rendered("shop/web", to: "m2", in: cluster).manifest
        try cluster.lock("shop/web", "op-0123456789abcdef")
        #expect(try DeployPlanner.plan(manifest, in: try cluster.picture).moves.count == 1)
    }
}
