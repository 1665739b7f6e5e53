import PloyzManifest
import PloyzMigration
import PloyzModel
import Testing

@testable import PloyzDaemon

@Suite("Planning a deployment")
struct DeployPlannerTests {
    private static let redis = service("redis", mounts: ["data"]) + volume("data", "quota = \"1GiB\"")

    @Test("a first deployment makes volumes, services and instances on the emptiest machine")
    func createsEverything() throws {
        var cluster = try DeployCluster()
        try cluster.deploy("namespace = \"other\"\n" + service("busy"))
        #expect(
            try cluster.outcome(Self.redis) == [
                "+ create volume shop/data on m2 (quota 1GiB)",
                "+ create service shop/redis",
                "+ create instance shop/redis/0 on m2 (10.101.2.2)",
            ]
        )
    }

    @Test("deploying the same again changes nothing and writes nothing")
    func isIdempotent() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(Self.redis)
        #expect(
            try cluster.outcome(Self.redis) == [
                "= unchanged volume shop/data on m1", "= unchanged service shop/redis on m1",
            ]
        )
        let plan = try cluster.plan(Self.redis)
        #expect(plan.writesNothing)
        #expect(try plan.transaction(in: try cluster.picture).writes == [])
    }

    @Test("what a manifest does not name is left alone")
    func leavesOthersAlone() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(Self.redis)
        try cluster.deploy(service("web"))
        let picture = try cluster.picture
        #expect(picture.cluster.services.map(\.ref.description) == ["shop/redis", "shop/web"])
        #expect(picture.cluster.volumes.count == 1)
    }

    @Test(
        "a change of a service says which fields changed, and restarts containers only for those of the template",
        arguments: [
            ("template.env.A = \"1\"", ["~ change service shop/web (env)", "~ restart instance shop/web/0 on m1"]),
            ("labels.a = \"1\"", ["~ change service shop/web (labels)"]),
            ("template.stop_grace_period = \"1s\"", ["~ change service shop/web (stop_grace_period)"]),
            ("restart = \"no\"", ["~ change service shop/web (restart)"]),
            (
                "placement.replicated.count = 3",
                [
                    "~ change service shop/web (placement)", "+ create instance shop/web/1 on m2 (10.101.2.2)",
                    "+ create instance shop/web/2 on m3 (10.101.3.2)",
                ]
            ),
        ]
    )
    func saysWhatChanges(field: String, expected: [String]) throws {
        var cluster = try DeployCluster()
        try cluster.deploy(service("web"))
        #expect(try cluster.outcome(service("web", field)) == expected)
    }

    @Test("each change grows the generation, and containers that are made anew know it")
    func growsGenerations() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(service("web"))
        try cluster.deploy(service("web", "labels.a = \"1\""))
        try cluster.deploy(service("web", "labels.a = \"1\"\ntemplate.env.A = \"1\""))
        let picture = try cluster.picture
        #expect(picture.cluster.services.map(\.generation) == [3])
        #expect(picture.cluster.instances.map(\.generation) == [3])
    }

    @Test("another image is resolved anew, another variable keeps the image that runs")
    func resolvesImages() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(service("web"))
        var record = try #require(try cluster.picture.cluster.instances.first)
        record.imageID = "sha256:old"
        try cluster.put(record)
        #expect(try cluster.plan(service("web", "template.env.A = \"1\"")).instances.map(\.imageID) == ["sha256:old"])
        let plan = try cluster.plan("[[services]]\nname = \"web\"\ntemplate.image = \"y\"")
        #expect(plan.instances.map(\.imageID) == [""])
        let id = "sha256:" + String(repeating: "a", count: 64)
        let known = try cluster.plan("[[services]]\nname = \"web\"\ntemplate.image = \"\(id)\"")
        #expect(known.instances.map(\.imageID) == [id])
    }

    @Test("fewer instances remove the highest, with their addresses")
    func shrinks() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(service("web", "placement.replicated.count = 3"))
        #expect(
            try cluster.outcome(service("web")) == [
                "~ change service shop/web (placement)", "- remove instance shop/web/1 on m2",
                "- remove instance shop/web/2 on m3",
            ]
        )
        try cluster.deploy(service("web"))
        #expect(try cluster.picture.routes.map(\.address.description) == ["10.101.1.2"])
    }

    @Test("a global service has an instance on every active machine, and follows when one is added")
    func placesGlobally() throws {
        var cluster = try DeployCluster(machines: 2)
        try cluster.add(machine: 3, .draining)
        let global = service("agent", "placement = \"global\"")
        #expect(
            try cluster.outcome(global) == [
                "+ create service shop/agent", "+ create instance shop/agent/0 on m1 (10.101.1.2)",
                "+ create instance shop/agent/1 on m2 (10.101.2.2)",
            ]
        )
        try cluster.deploy(global)
        try cluster.add(machine: 4)
        #expect(
            try cluster.outcome(global) == [
                "~ change service shop/agent (instances)", "+ create instance shop/agent/2 on m4 (10.101.4.2)",
            ]
        )
    }

    @Test("a quota may change, what is fixed at creation may not")
    func changesVolumes() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(Self.redis)
        #expect(
            try cluster.outcome(volume("data", "quota = \"2GiB\"")) == [
                "~ change volume shop/data on m1 (quota 1GiB to 2GiB)"
            ]
        )
        #expect(try cluster.outcome(volume("data")) == ["~ change volume shop/data on m1 (quota 1GiB to none)"])
        #expect(
            try cluster.outcome(volume("data", "scope = \"shared\"\nowner = \"9:9\"\nmode = \"0700\"")) == [
                "volume-fixed: shop/data exists: it cannot change its scope (single to shared), owner (0:0 to 9:9), "
                    + "mode (0755 to 0700)"
            ]
        )
    }

    @Test("a published port belongs to one service of the cluster")
    func claimsPorts() throws {
        let publish = "service_ports = [{ port = 80 }]\npublish = [{ port = 8080, target = 80 }]"
        var cluster = try DeployCluster()
        try cluster.deploy("namespace = \"other\"\n" + service("web", publish))
        #expect(
            try cluster.outcome(service("web", publish)) == [
                "port-claimed: shop/web cannot publish port 8080/tcp: other/web does"
            ]
        )
        let another = "service_ports = [{ port = 80 }]\npublish = [{ port = 8081, target = 80 }]"
        try cluster.deploy(service("web", another))
        #expect(try cluster.picture.claims.count == 2)
        try cluster.deploy("namespace = \"other\"\n" + service("web"))
        #expect(try cluster.picture.claims.values.map(\.description) == ["shop/web"])
        try cluster.deploy(service("web", publish))
    }

    @Test("a port may pass from one service of the manifest to another")
    func passesPorts() throws {
        let publish = "service_ports = [{ port = 80 }]\npublish = [{ port = 8080, target = 80 }]"
        var cluster = try DeployCluster()
        try cluster.deploy(service("a", publish) + service("b"))
        try cluster.deploy(service("a") + service("b", publish))
        #expect(try cluster.picture.claims.values.map(\.description) == ["shop/b"])
    }

    @Test("changed ports reach the routes of the instances that stay")
    func updatesRoutes() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(service("web"))
        try cluster.deploy(service("web", "service_ports = [{ port = 80 }]"))
        let route = try #require(try cluster.picture.routes.first)
        #expect(route.ports == [ServicePort(port: 80)])
        #expect(route.generation == 2)
    }

    @Test("a service that a migration has is not changed, and nor is what shares its volumes")
    func respectsLocks() throws {
        let shared = volume("data", "scope = \"shared\"")
        var cluster = try DeployCluster()
        try cluster.deploy(service("redis", mounts: ["data"]) + shared)
        try cluster.lock("shop/redis", "op-0123456789abcdef")
        let refused = ["service-busy: shop/redis is being moved by op-0123456789abcdef"]
        #expect(try cluster.outcome(service("redis", mounts: ["data"], "labels.a = \"1\"")) == refused)
        #expect(try cluster.outcome(service("reader", mounts: ["data"])) == refused)
        #expect(try cluster.outcome(volume("data", "scope = \"shared\"\nquota = \"1GiB\"")) == refused)
        #expect(try cluster.outcome(service("redis", mounts: ["data"])) == ["= unchanged service shop/redis on m1"])
        #expect(try cluster.outcome(service("web")).count == 2)
    }

    @Test("everything that refuses is reported together")
    func collectsRefusals() throws {
        let publish = "service_ports = [{ port = 80 }]\npublish = [{ port = 80, target = 80 }]"
        var cluster = try DeployCluster()
        try cluster.deploy("namespace = \"other\"\n" + service("web", publish))
        try cluster.deploy(Self.redis)
        let outcome = try cluster.outcome(
            service("web", publish) + service("redis", mounts: []) + volume("data", "mode = \"0700\"")
        )
        #expect(outcome.map { $0.prefix { $0 != ":" } } == ["volume-fixed", "port-claimed"])
    }

    @Test("a transaction compares everything that the plan was made from")
    func guardsTheTransaction() throws {
        let cluster = try DeployCluster()
        let plan = try cluster.plan(Self.redis)
        let picture = try cluster.picture
        let transaction = try plan.transaction(in: picture, imageIDs: [try ServiceRef("shop/redis"): "sha256:x"])
        let keys = transaction.conditions.map { condition in
            switch condition {
            case .absent(let key): "absent \(key)"
            case .present(let key): "present \(key)"
            case .value(let key, _): "value \(key)"
            }
        }
        #expect(
            keys == [
                "absent /ployz/1/instances/shop/redis/0", "absent /ployz/1/locks/shop/redis",
                "value /ployz/1/machines/m-0000000000000001", "absent /ployz/1/routes/10.101.1.2",
                "absent /ployz/1/services/shop/redis", "absent /ployz/1/volumes/shop/data",
            ]
        )
        var committed = try DeployCluster()
        committed.entries += transaction.writes.compactMap { write in
            if case .put(let key, let value) = write { StoreEntry(key: key, value: value) } else { nil }
        }
        #expect(try committed.picture.cluster.instances.map(\.imageID) == ["sha256:x"])
    }

    @Test("a manifest that changes too much for one transaction is refused")
    func boundsTheTransaction() throws {
        let cluster = try DeployCluster()
        let plan = try cluster.plan(service("web", "placement.replicated.count = 100"))
        let picture = try cluster.picture
        let error = #expect(throws: PloyzError.self) { try plan.transaction(in: picture) }
        #expect(error?.code == .storeRefused)
        #expect(error?.next == "deploy fewer services or instances at a time")
    }
}
