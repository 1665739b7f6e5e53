import Logging
import PloyzMigration
import PloyzModel
import Testing

@testable import PloyzContainers

struct DockerCallTests {
    @Test("Path and query are escaped, so that no name becomes a separator")
    func escaping() {
        let call = DockerCall(.get, "images", "team/redis:7@sha256:a?b#c d", "json", query: [("a&b", "c=d e+ü/")])
        #expect(call.target == "/v1.41/images/team/redis:7@sha256:a%3Fb%23c%20d/json?a%26b=c%3Dd%20e%2B%C3%BC%2F")
        #expect(DockerCall(.get, "info").url(socket: "/run/a b.sock") == "http+unix://%2Frun%2Fa%20b.sock/v1.41/info")
    }

    @Test(
        "References are taken apart as Docker does, and a bare name means latest",
        arguments: [
            ("redis", "redis", "latest"),
            ("redis:7", "redis", "7"),
            ("host:5000/team/redis", "host:5000/team/redis", "latest"),
            ("host:5000/team/redis:7-alpine", "host:5000/team/redis", "7-alpine"),
            ("redis@sha256:abc", "redis", "sha256:abc"),
        ]
    )
    func references(text: String, repository: String, tag: String) throws {
        let parts = try ImageReference(text).parts
        #expect(parts.repository == repository)
        #expect(parts.tag == tag)
    }

    @Test(
        "What could be another path of the API is no reference",
        arguments: ["", "/", "a//b", "../containers", "a/..", "a/./b", "redis?x=1", "a b", "a\nb", "ü", "-a", "a/"]
    )
    func noReferences(text: String) {
        #expect(throws: PloyzError.self) { try ImageReference(text) }
    }

    @Test("A daemon that is not there is said to be unreachable, with the next command")
    func unreachable() async throws {
        let engine = DockerEngine(socket: "/nowhere/docker.sock", logger: Logger(label: "test"))
        let error = await #expect(throws: PloyzError.self) { try await engine.containers() }
        #expect(error?.code == .dockerUnreachable)
        #expect(error?.code.exitStatus == 5)
        #expect(error?.message.contains("/nowhere/docker.sock") == true)
        let events = await #expect(throws: PloyzError.self) { for try await _ in engine.events() {} }
        #expect(events?.code == .dockerUnreachable)
        try await engine.shutdown()
    }
}
