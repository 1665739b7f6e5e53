import Foundation
import PloyzMigration
import PloyzModel

@testable import PloyzContainers

/// An answer of Docker 20.10.24, as it came.
func recorded(_ name: String) throws -> Data {
    let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    return try Data(contentsOf: directory.appendingPathComponent("Recorded/\(name)"))
}

func sandboxSpec(_ instance: String = "shop/redis/0", sysctls: [String: String] = [:]) throws -> SandboxSpec {
    SandboxSpec(
        instance: try InstanceRef(instance),
        address: try IPv4Address("10.101.1.5"),
        hostname: "redis-0",
        nameServers: ["10.101.1.1", "fd00::1", "shop.ployz"],
        sysctls: sysctls
    )
}

func workloadSpec(
    _ instance: String = "shop/redis/0",
    image: String = "sha256:" + String(repeating: "a1", count: 32),
    epoch: UInt64 = 7,
    operation: String? = nil,
    directories: [String: String] = [:],
    change: (inout ContainerTemplate) -> Void = { _ in }
) throws -> WorkloadSpec {
    var template = ContainerTemplate(image: "redis:7")
    change(&template)
    var places: [VolumeName: String] = [:]
    for (name, directory) in directories { places[try VolumeName(name)] = directory }
    return WorkloadSpec(
        instance: try InstanceRef(instance),
        template: template,
        imageID: image,
        directories: places,
        epoch: Epoch(epoch),
        generation: 1,
        operation: try operation.map { try OperationID($0) }
    )
}

/// Everything that a template can ask for.
func fullWorkloadSpec() throws -> WorkloadSpec {
    try workloadSpec(
        operation: "op-0123456789abcdef",
        directories: ["data": "/pool/ployz/shop/data/with space, comma: and ünïcode/files"]
    ) { template in
        template.command = ["--appendfsync", "always"]
        template.entrypoint = ["/usr/bin/redis-server"]
        template.env = ["B": "2=3", "A": "line\nline"]
        template.mounts = [
            Mount(source: .volume(volumeName("data")), target: "/data"),
            Mount(source: .bind("/etc/ssl/certs"), target: "/certs", readonly: true),
            Mount(source: .tmpfs, target: "/run"),
        ]
        template.user = "999:999"
        template.capAdd = ["SYS_NICE"]
        template.capDrop = ["NET_RAW"]
        template.stopGracePeriod = Span(milliseconds: 2500)
        template.resources = Resources(memory: Capacity(bytes: 64 << 20), cpus: 1.5, pids: 100)
        template.sysctls = ["net.core.somaxconn": "1024", "kernel.shmmax": "65536"]
    }
}

private func volumeName(_ text: String) -> VolumeName {
    do {
        return try VolumeName(text)
    } catch {
        preconditionFailure("\(error)")
    }
}
