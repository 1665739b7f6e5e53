import Foundation
import Logging
import PloyzMigration
import PloyzModel
import Testing

@testable import PloyzContainers

/// A real daemon: the one whose socket is in `PLOYZ_DOCKER_SOCKET` (`scripts/in-docker-namespace` starts one).
enum RealDocker {
    static let socket = ProcessInfo.processInfo.environment["PLOYZ_DOCKER_SOCKET"]

    /// Runs `body` with an engine, an image that has only busybox, and an instance of a namespace of its own, whose
    /// containers are removed afterwards.
    static func with(
        _ service: String,
        _ body: (DockerEngine, InstanceRef, _ imageID: String) async throws -> Void
    ) async throws {
        let engine = DockerEngine(socket: try #require(socket), logger: Logger(label: "test"))
        let instance = try InstanceRef("ployz-test/\(service)/0")
        do {
            let tag = try await engine.ensureSandboxImage()
            let id = try #require(try await engine.imageID(tag))
            try await body(engine, instance, id)
        } catch {
            try? await clean(engine, instance)
            try? await engine.shutdown()
            throw error
        }
        try await clean(engine, instance)
        try await engine.shutdown()
    }

    private static func clean(_ engine: DockerEngine, _ instance: InstanceRef) async throws {
        try await engine.stopWorkload(instance, grace: .zero)
        try await engine.removeWorkload(instance)
        try await engine.removeSandbox(instance)
    }

    static func sandbox(_ instance: InstanceRef, sysctls: [String: String] = [:]) throws -> SandboxSpec {
        try sandboxSpec(instance.description, sysctls: sysctls)
    }

    /// A workload that runs a busybox shell script.
    static func workload(
        _ instance: InstanceRef,
        image: String,
        script: String,
        epoch: UInt64 = 7,
        directories: [String: String] = [:],
        change: (inout ContainerTemplate) -> Void = { _ in }
    ) throws -> WorkloadSpec {
        try workloadSpec(instance.description, image: image, epoch: epoch, directories: directories) { template in
            template.command = ["/bin/busybox", "sh", "-c", script]
            change(&template)
        }
    }

    static func workload(of instance: InstanceRef, _ engine: DockerEngine) async throws -> OurContainer? {
        try await engine.containers().first { $0.instance == instance && $0.role == .workload }
    }

    /// Waits for the first process and ends at once on SIGTERM, with status 7.
    static let polite = "trap 'kill %1; exit 7' TERM; busybox sleep 1000 & wait"
    /// Does not hear SIGTERM.
    static let stubborn = "trap '' TERM; while :; do busybox sleep 1; done"

    static func file(_ path: String, ofProcess pid: Int32) -> String? {
        FileManager.default.contents(atPath: "/proc/\(pid)/root\(path)").map { String(decoding: $0, as: UTF8.self) }
    }

    /// Polls until `condition` holds, for 10 s at most.
    static func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
        let end = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < end {
            if try await condition() { return true }
            try await Task.sleep(for: .milliseconds(5))
        }
        return false
    }
}
