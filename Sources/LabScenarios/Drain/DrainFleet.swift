import Foundation
import PloyzAPI
import PloyzMigration
import PloyzModel

/// Twelve services on one machine, of every kind that a drain meets: databases with volumes of their own, web servers
/// without any, two services that share a volume, one that binds a directory, and one that is on every machine.
struct DrainFleet: Sendable {
    let lab: Lab
    /// Overlay addresses of the instances, by instance.
    let addresses: [String: String]

    static let namespace = "fleet"
    /// Redis servers and the MiB of random bytes that lie in their volumes.
    static let databases = [("orders", 64), ("users", 48), ("carts", 32), ("notes", 8)]
    /// Units that no drain moves.
    static let immovable = ["fleet/agent", "fleet/logs"]
    /// Instances that answer HTTP.
    static let pages = [
        "fleet/web/0", "fleet/web/1", "fleet/api/0", "fleet/docs/0", "fleet/reader/0",
    ]

    /// Builds the images, deploys everything on `machine` and waits for it.
    static func deploy(in lab: Lab, on machine: String) async throws -> DrainFleet {
        let redis = try await lab.buildImage("redis")
        let web = try await lab.buildImage("web")
        try await lab.run(machine, ["mkdir", "-p", "/srv/logs"]).succeeded()
        try await lab.deploy(manifest(redis: redis, web: web), on: machine)
        let services = try await lab.document(ServiceList.self, machine, ["service", "ls"]).services
        let instances = services.flatMap(\.instances).map { ("\($0.instance)", "\($0.address)") }
        return DrainFleet(lab: lab, addresses: Dictionary(instances) { first, _ in first })
    }

    /// Where every instance is, by instance.
    func places(asking machine: String) async throws -> [String: String] {
        let services = try await lab.document(ServiceList.self, machine, ["service", "ls"]).services
        return Dictionary(services.flatMap(\.instances).map { ("\($0.instance)", $0.machine.name.text) }) { first, _ in
            first
        }
    }

    /// Overwrites so many MiB of a database's bytes on the machine that it is on.
    func overwrite(_ database: String, mebibytes: Int, on machine: String) async throws {
        let file = "/var/lib/ployz/volumes/\(Self.namespace)/\(database)/data/bytes"
        let dd = ["dd", "if=/dev/urandom", "of=\(file)", "bs=1M", "count=\(mebibytes)", "conv=notrunc,fsync"]
        try await lab.run(machine, dd).succeeded()
    }

    private static func manifest(redis: String, web: String) -> String {
        """
        namespace = "\(namespace)"

        \(databases.map { database($0.0, mebibytes: $0.1, image: redis) }.joined(separator: "\n"))
        \(page("web", image: web, count: 2))
        \(["api", "docs"].map { page($0, image: web, count: 1) }.joined(separator: "\n"))
        \(script("writer", image: web, "i=0; while :; do i=$((i + 1)); printf '%08d\\n' $i | dd of=/data/index.html conv=notrunc 2>/dev/null; sleep 1 & wait; done", mounts: shared))

        [[services]]
        name = "reader"
        placement = { replicated = { count = 1 } }
        service_ports = [{ name = "http", port = 80 }]
        readiness = { http = { port = 80, path = "/index.html" }, timeout = "60s" }

        [services.template]
        image = "\(web)"
        pull_policy = "never"
        stop_grace_period = "1s"
        command = ["/bin/busybox", "httpd", "-f", "-p", "80", "-h", "/data"]
        mounts = [{ source = { volume = "pages" }, target = "/data", readonly = true }]

        [[volumes]]
        name = "pages"
        scope = "shared"
        quota = "1GiB"

        \(script("keeper", image: web, "while :; do sleep 1 & wait; done", mounts: #"{ source = { volume = "kept" }, target = "/data" }"#))

        [[volumes]]
        name = "kept"
        quota = "1GiB"

        \(script("logs", image: web, "while :; do sleep 1 & wait; done", mounts: #"{ source = { bind = "/srv/logs" }, target = "/data" }"#))
        \(script("agent", image: web, "while :; do sleep 1 & wait; done", placement: #""global""#))
        """
    }

    private static let shared = #"{ source = { volume = "pages" }, target = "/data" }"#

    private static func database(_ name: String, mebibytes: Int, image: String) -> String {
        """
        [[services]]
        name = "\(name)"
        placement = { replicated = { count = 1 } }
        service_ports = [{ name = "redis", port = 6379 }]
        readiness = { tcp = { port = 6379 }, timeout = "120s" }

        [services.template]
        image = "\(image)"
        pull_policy = "never"
        entrypoint = ["/bin/sh", "-c"]
        command = ['''[ -e /data/full ] || { dd if=/dev/urandom of=/data/bytes bs=1M count=\(mebibytes) && touch /data/full; }; exec redis-server --dir /data --appendonly yes --appendfsync always --save '' --protected-mode no''']
        stop_grace_period = "10s"
        mounts = [{ source = { volume = "\(name)" }, target = "/data" }]

        [[volumes]]
        name = "\(name)"
        quota = "1GiB"

        """
    }

    private static func page(_ name: String, image: String, count: Int) -> String {
        """
        [[services]]
        name = "\(name)"
        placement = { replicated = { count = \(count) } }
        service_ports = [{ name = "http", port = 80 }]
        readiness = { http = { port = 80, path = "/index.html" }, timeout = "60s" }

        [services.template]
        image = "\(image)"
        pull_policy = "never"
        stop_grace_period = "1s"

        """
    }

    private static func script(
        _ name: String,
        image: String,
        _ script: String,
        mounts: String = "",
        placement: String = "{ replicated = { count = 1 } }"
    ) -> String {
        """

        [[services]]
        name = "\(name)"
        placement = \(placement)

        [services.template]
        image = "\(image)"
        pull_policy = "never"
        entrypoint = ["/bin/sh", "-c"]
        command = ['''trap 'exit 0' TERM; \(script)''']
        stop_grace_period = "1s"
        mounts = [\(mounts)]
        """
    }
}
