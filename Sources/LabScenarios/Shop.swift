import Foundation
import PloyzAPI
import PloyzModel

/// The workload of the demo: a Redis with a small data volume and one of incompressible bytes, written to by clients.
package struct Shop: Sendable {
    package let lab: Lab
    package let namespace: String
    /// `sha256:…` of the Redis image.
    package let image: String
    /// The instance's overlay address.
    package let address: String

    package var endpoint: String { "\(address):6379" }

    package var service: String { "\(namespace)/redis" }

    /// Builds the image on `machine`, deploys the service there, waits for it and fills the second volume with
    /// `ballast` MiB of random bytes. A writer inside the workload then changes `writing` KiB of it each second.
    ///
    /// - Parameters:
    ///   - readiness: seconds within which it must become ready; nil leaves time to fill the volume.
    ///   - grace: seconds between the stop signal and the kill.
    package static func deploy(
        in lab: Lab,
        on machine: String,
        namespace: String = "shop",
        ballast: Int,
        writing: Int = 0,
        readiness: Int? = nil,
        grace: Int = 10
    ) async throws -> Shop {
        let image = try await lab.buildImage("redis", on: [machine])
        let document = manifest(
            namespace: namespace,
            image: image,
            script: script(ballast: ballast, writing: writing),
            readiness: readiness ?? 60 + ballast / 8,
            grace: grace
        )
        try await lab.deploy(document, on: machine)
        guard let instance = try await lab.instances(of: "\(namespace)/redis").first else {
            throw ScenarioFailure("\(namespace)/redis has no instance after its deployment")
        }
        return Shop(lab: lab, namespace: namespace, image: image, address: "\(instance.address)")
    }

    /// The one that runs.
    package static func running(in lab: Lab, namespace: String = "shop") async throws -> Shop {
        guard let instance = try await lab.instances(of: "\(namespace)/redis").first else {
            throw ScenarioFailure("\(namespace)/redis is not deployed")
        }
        return Shop(lab: lab, namespace: namespace, image: "", address: "\(instance.address)")
    }

    /// The shell script that the workload is: it fills the volume once, starts the writer beside Redis when one is
    /// asked for, and becomes Redis.
    package static func script(ballast: Int, writing: Int) -> String {
        let fill =
            "[ -e /blob/full ] || { dd if=/dev/urandom of=/blob/bytes bs=1M count=\(ballast) && touch /blob/full; }; "
        let write = """
            { i=0; while :; do dd if=/dev/urandom of=/blob/ring bs=64k count=\(max(1, writing / 256)) \
            seek=$((i % 64)) conv=notrunc 2>/dev/null; i=$((i + 1)); usleep 250000; done; } &\u{20}
            """
        let redis = "exec redis-server --dir /data --appendonly yes --appendfsync always --save '' --protected-mode no"
        return fill + (writing > 0 ? write : "") + redis
    }

    private static func manifest(
        namespace: String,
        image: String,
        script: String,
        readiness: Int,
        grace: Int
    ) -> String {
        """
        namespace = "\(namespace)"

        [[services]]
        name = "redis"
        placement = { replicated = { count = 1 } }
        service_ports = [{ name = "redis", port = 6379 }]
        readiness = { tcp = { port = 6379 }, timeout = "\(readiness)s" }

        [services.template]
        image = "\(image)"
        pull_policy = "never"
        entrypoint = ["/bin/sh", "-c"]
        command = ['''\(script)''']
        stop_grace_period = "\(grace)s"

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
