import Foundation
import PloyzAPI
import PloyzModel

/// The workload of the demo: a Redis with a small data volume and one of incompressible bytes, written to by clients.
package struct Shop: Sendable {
    package let lab: Lab
    /// `sha256:…` of the Redis image.
    package let image: String
    /// The instance's overlay address.
    package let address: String

    package var endpoint: String { "\(address):6379" }

    package static let service = "shop/redis"

    /// Builds the image on `machine`, deploys the service, waits for it and fills the second volume with `ballast` MiB
    /// of random bytes. A writer inside the workload then changes `writing` KiB of it each second.
    package static func deploy(
        in lab: Lab, on machine: String, ballast: Int, writing: Int = 0
    ) async throws -> Shop {
        let built = try await lab.command(["image", "build", "redis", "--machine", machine]).succeeded()
        let image = built.text.trimmingCharacters(in: .whitespacesAndNewlines)
        let document = manifest(image: image, ballast: ballast, writing: writing)
        try await lab.ctl(machine, ["deploy", "-f", "-", "--format", "toml"], input: Data(document.utf8)).succeeded()
        let services = try await lab.document(ServiceList.self, machine, ["service", "ls"])
        guard let instance = services.services.first(where: { $0.service.description == service })?.instances.first
        else { throw ScenarioFailure("\(service) has no instance after its deployment") }
        return Shop(lab: lab, image: image, address: "\(instance.address)")
    }

    private static func manifest(image: String, ballast: Int, writing: Int) -> String {
        // The shell fills the volume once, starts the writer beside Redis when one is asked for, and becomes Redis.
        let fill = "[ -e /blob/full ] || { dd if=/dev/urandom of=/blob/bytes bs=1M count=\(ballast) && touch /blob/full; }"
        let write = """
            { i=0; while :; do dd if=/dev/urandom of=/blob/ring bs=64k count=\(max(1, writing / 256)) \
            seek=$((i % 64)) conv=notrunc 2>/dev/null; i=$((i + 1)); usleep 250000; done; } &
            """
        let redis = "exec redis-server --dir /data --appendonly yes --appendfsync always --save '' --protected-mode no"
        let script = [fill, writing > 0 ? write + " " : "", redis].filter { !$0.isEmpty }
            .joined(separator: "; ").replacingOccurrences(of: "& ; ", with: "& ")
        return """
            namespace = "shop"

            [[services]]
            name = "redis"
            placement = { replicated = { count = 1 } }
            service_ports = [{ name = "redis", port = 6379 }]
            readiness = { tcp = { port = 6379 }, timeout = "60s" }

            [services.template]
            image = "\(image)"
            pull_policy = "never"
            entrypoint = ["/bin/sh", "-c"]
            command = ['''\(script)''']
            stop_grace_period = "10s"

            [[services.template.mounts]]
            source = { volume = "data" }
            target = "/data"

            [[services.template.mounts]]
            source = { volume = "blob" }
            target = "/blob"

            [[volumes]]
            name = "data"
            quota = "1GiB"

            [[volumes]]
            name = "blob"
            quota = "4GiB"
            """
    }
}
