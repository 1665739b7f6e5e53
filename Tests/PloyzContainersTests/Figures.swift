import AsyncHTTPClient
import Foundation
import PloyzMigration
import PloyzModel
import SystemPackage
import Testing

@testable import PloyzContainers

/// Prints how long Docker takes; asserts nothing, since a busy machine is no defect.
@Suite(
    .enabled(if: RealDocker.socket != nil && ProcessInfo.processInfo.environment["PLOYZ_FIGURES"] != nil),
    .serialized,
    .timeLimit(.minutes(5))
)
struct Figures {
    @Test("Create, start and stop of a workload, and the stop by way of Docker for comparison")
    func startAndStop() async throws {
        try await RealDocker.with("figures") { engine, instance, image in
            _ = try await engine.startSandbox(try RealDocker.sandbox(instance))
            let clock = ContinuousClock()
            var times: [String: [Duration]] = [:]
            for round in 0..<24 {
                let spec = try RealDocker.workload(
                    instance,
                    image: image,
                    script: RealDocker.polite,
                    epoch: UInt64(round + 1)
                )
                times["create", default: []].append(try await clock.measure { try await engine.createWorkload(spec) })
                var running: RunningContainer?
                times["start", default: []].append(
                    try await clock.measure { running = try await engine.startWorkload(instance) }
                )
                let id = try #require(running?.id)
                try await Task.sleep(for: .milliseconds(50))
                if round.isMultiple(of: 2) {
                    times["stop", default: []].append(
                        try await clock.measure { try await engine.stopWorkload(instance, grace: .seconds(10)) }
                    )
                } else {
                    let stop = DockerCall(.post, "containers", id, "stop", query: [("t", "10")])
                    times["stop by Docker", default: []].append(
                        try await clock.measure {
                            try await engine.docker.send(stop, within: .seconds(20)).expect(204, doing: "stop")
                        }
                    )
                }
                times["remove", default: []].append(
                    try await clock.measure { try await engine.removeWorkload(instance) }
                )
            }
            for (name, values) in times.sorted(by: { $0.key < $1.key }) {
                let sorted = values.sorted().map { Microseconds($0).description }
                print("\(name): least \(sorted[0]), median \(sorted[sorted.count / 2])")
            }
        }
    }

    @Test("An image of 64 MiB out of Docker, through a pipe, and into Docker again")
    func image() async throws {
        try await RealDocker.with("image-figures") { engine, _, _ in
            var generator = SystemRandomNumberGenerator()
            var bytes = Data()
            for _ in 0..<(8 << 20) { withUnsafeBytes(of: generator.next() as UInt64) { bytes.append(contentsOf: $0) } }
            var call = DockerCall(.post, "images", "create", query: [("fromSrc", "-"), ("repo", "ployz-test/large")])
            call.contentType = "application/x-tar"
            let archive = HTTPClientRequest.Body.bytes(TarArchive.containing(bytes, at: "bytes"))
            try await engine.docker.lines(call, upload: archive, within: .seconds(60), doing: "import") { _ in }
            let id = try #require(try await engine.imageID("ployz-test/large"))
            let (readEnd, writeEnd) = try SystemPackage.FileDescriptor.pipe()
            let time = try await ContinuousClock().measure {
                async let imported: Void = engine.importImage(id, from: readEnd)
                try await engine.exportImage(id, to: writeEnd)
                try writeEnd.close()
                try await imported
            }
            try readEnd.close()
            let delete = DockerCall(.delete, "images", id, query: [("force", "true")])
            try await engine.docker.send(delete, within: .seconds(30)).expect(200, doing: "delete")
            print("image of 64 MiB, export and import side by side: least \(Microseconds(time))")
        }
    }
}
