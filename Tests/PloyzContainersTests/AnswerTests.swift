import Foundation
import PloyzMigration
import PloyzModel
import Testing

@testable import PloyzContainers

struct AnswerTests {
    @Test("A running workload is read from what Docker recorded")
    func running() throws {
        let container = try JSON.decode(ContainerInspection.self, from: try recorded("inspect-running.json"))
        #expect(container.state.running)
        #expect(!container.state.paused)
        #expect(container.state.pid > 0)
        #expect(container.image.hasPrefix("sha256:"))
        #expect(ContainerLabel.identity(in: container.labels) == .workload(try InstanceRef("shop/redis/0")))
        #expect(ContainerLabel.epoch(in: container.labels) == Epoch(7))
        #expect(ContainerLabel.operation(in: container.labels) == (try OperationID("op-0123456789abcdef")))
    }

    @Test("A killed workload has no process and exit status 137")
    func exited() throws {
        let container = try JSON.decode(ContainerInspection.self, from: try recorded("inspect-exited.json"))
        #expect(!container.state.running)
        #expect(container.state.pid == 0)
        #expect(container.state.exitCode == 137)
    }

    @Test("Listing, image and facts are read from what Docker recorded")
    func others() throws {
        #expect(try JSON.decode([IdentityAnswer].self, from: try recorded("list.json")).count == 2)
        #expect(try JSON.decode(ImageAnswer.self, from: try recorded("image.json")).id.hasPrefix("sha256:"))
        let info = try JSON.decode(InfoAnswer.self, from: try recorded("info.json"))
        #expect(info.serverVersion == "20.10.24+dfsg1")
        #expect(info.architecture == "x86_64")
        #expect(info.cgroupVersion == "1")
    }

    @Test("An error carries Docker's words and the status")
    func refusal() throws {
        let reply = DockerReply(status: 404, body: try recorded("missing.json"))
        let error = try #require(throws: PloyzError.self) { try reply.expect(200, 204, doing: "look") }
        #expect(error.code == .dockerRefused)
        #expect(error.message == "Docker would not look: No such container: nope (HTTP status 404)")
    }

    @Test("An error that is not JSON is quoted as it is")
    func plainRefusal() {
        #expect(DockerReply(status: 502, body: Data("Bad Gateway".utf8)).message == "Bad Gateway")
    }

    @Test("An answer that is not what the API promises is an error, not a crash")
    func garbage() throws {
        let reply = DockerReply(status: 200, body: Data("{}".utf8))
        let error = try #require(throws: PloyzError.self) {
            try reply.decode(ContainerInspection.self, doing: "look")
        }
        #expect(error.code == .dockerProtocol)
    }

    @Test("A failure inside a stream with status 200 is a failure")
    func failureInStream() throws {
        let good = Data(#"{"status":"Pulling from library/redis","id":"7"}"#.utf8)
        try ImageProgress.check(good, failure: .imagePullFailed, doing: "pull")
        let bad = Data(#"{"errorDetail":{"message":"no space"},"error":"no space left on device"}"#.utf8)
        let error = try #require(throws: PloyzError.self) {
            try ImageProgress.check(bad, failure: .imagePullFailed, doing: "pull")
        }
        #expect(error.code == .imagePullFailed)
        #expect(error.message.contains("no space left on device"))
    }
}
