import Foundation
import Logging
import PloyzManifest
import PloyzMigration
import PloyzModel
import PloyzTestSupport
import Testing

@testable import PloyzDaemon

@Suite("Secrets of a manifest") struct SecretTests {
    private static let value = "correct horse"

    private func web(_ password: String) -> String {
        service("web", "template.env = { USER = \"shop\", PASSWORD = \(password) }")
    }

    private var given: String { web("{ secret = \"\(Self.value)\" }") }

    private func tag(in cluster: DeployCluster) throws -> SecretTag {
        let record = try #require(try cluster.picture.secrets[try ServiceRef("shop/web")])
        #expect(record.env["PASSWORD"]?.value == Secret(Self.value))
        return try #require(record.env["PASSWORD"]).tag
    }

    @Test("a service's record has the tag, and one other record the value")
    func oneRecord() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(given)
        let tag = try tag(in: cluster)
        let env = try cluster.picture.cluster.services.first?.spec.template.env
        #expect(env == ["USER": "shop", "PASSWORD": .stored(tag)])
        let keys = cluster.entries.filter { $0.value.range(of: Data(Self.value.utf8)) != nil }.map(\.key)
        #expect(keys == [.secrets(of: try ServiceRef("shop/web"))])
    }

    @Test("the value that is stored changes nothing, another one is a new tag")
    func unchanged() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(given)
        let before = try tag(in: cluster)
        #expect(try cluster.outcome(given) == ["= unchanged service shop/web on m1"])
        let other = web("{ secret = \"other\" }")
        #expect(
            try cluster.outcome(other) == ["~ change service shop/web (env)", "~ restart instance shop/web/0 on m1"]
        )
        let plan = try cluster.plan(other)
        #expect(plan.secrets.first?.env["PASSWORD"]?.tag != before)
    }

    @Test("what is rendered says the tag, deploys to no change, and is stale when the secret has changed")
    func rendered() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(given)
        let rendering = try ManifestRenderer.render(try ServiceRef("shop/web"), to: "m2", in: try cluster.picture)
        for format in [DocumentFormat.toml, .json] {
            let text = try ManifestWriter.text(of: rendering.manifest, as: format)
            #expect(!text.contains(Self.value))
            let manifest = try ManifestReader.read(Array(text.utf8), as: format, known: .cluster([:]))
            let plan = try DeployPlanner.plan(manifest, in: try cluster.picture)
            #expect(plan.moves.count == 1 && plan.services.isEmpty && plan.secrets.isEmpty)
            #expect(plan.reliedOn.contains(.secrets(of: try ServiceRef("shop/web"))))
        }
        let stored = web("{ stored = \"\(try tag(in: cluster))\" }")
        #expect(try cluster.outcome(stored) == ["= unchanged service shop/web on m1"])
        try cluster.deploy(web("{ secret = \"other\" }"))
        #expect(try cluster.outcome(stored).map { $0.prefix(15) } == ["stale-manifest:"])
        let elsewhere = service("api", "template.env = { PASSWORD = { stored = \"s-0123456789abcdef\" } }")
        #expect(try cluster.outcome(elsewhere).map { $0.prefix(15) } == ["stale-manifest:"], "and of another service")
    }

    @Test("a service without secrets has no record of them")
    func removed() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(given)
        try cluster.deploy(web("\"plain\""))
        #expect(try cluster.picture.secrets.isEmpty)
        #expect(!cluster.entries.contains { $0.key.isBelow(.secrets) })
    }

    @Test("values are put in where a workload is created, by the watch or by the store, and never in part")
    func values() async throws {
        let record = SecretsRecord(
            service: try ServiceRef("shop/web"),
            env: ["A": .init(tag: try SecretTag("s-0000000000000001"), value: Secret("a"))]
        )
        let right = ["A": try SecretTag("s-0000000000000001")]
        #expect(SecretsEngine.values(of: right, in: record) == ["A": Secret("a")])
        let wrong = right.merging(["B": try SecretTag("s-0000000000000002")]) { $1 }
        #expect(SecretsEngine.values(of: wrong, in: record) == nil)
    }

    @Test("a secret shows itself to nobody")
    func shown() {
        let secret = EnvironmentValue.secret(Secret(Self.value))
        var text = ""
        dump(secret, to: &text)
        for shown in ["\(secret)", String(reflecting: secret), text] { #expect(!shown.contains(Self.value)) }
    }
}
