import Foundation
import PloyzAPI

/// What the clients talk to: a Redis and a web server that share a volume, and so move together; and a container on each
/// machine that clients can be started in.
struct TrafficShop: Sendable {
    let lab: Lab
    let redis: String
    let web: String

    static let service = "shop/redis"
    static let host = "shop.test"
    /// What is published on every machine.
    static let port = 16379

    static func deploy(in lab: Lab, on machine: String) async throws -> TrafficShop {
        let redis = try await lab.buildImage("redis")
        let web = try await lab.buildImage("web")
        try await lab.deploy(clients(image: redis))
        try await lab.deploy(shop(redis: redis, web: web), on: machine)
        return TrafficShop(
            lab: lab,
            redis: try await address("shop/redis", lab),
            web: try await address("shop/web", lab)
        )
    }

    /// The process of the client container on a machine, as the machine counts.
    func client(on machine: String) async throws -> String {
        let script = """
            for id in $(docker ps --quiet --filter name=ployz.traffic.client); do
                docker inspect --format '{{.State.Pid}} {{.Path}}' "$id"
            done | awk '$2 == "/bin/sleep" { print $1 }'
            """
        let found = try await lab.run(machine, ["sh", "-c", script]).succeeded().text
        let pids = found.split(whereSeparator: \.isWhitespace)
        guard pids.count == 1 else { throw ScenarioFailure("\(machine) has \(pids.count) client containers, not one") }
        return String(pids[0])
    }

    private static func address(_ service: String, _ lab: Lab) async throws -> String {
        guard let instance = try await lab.instances(of: service).first else {
            throw ScenarioFailure("\(service) has no instance after its deployment")
        }
        return "\(instance.address)"
    }

    private static func clients(image: String) -> String {
        """
        namespace = "traffic"

        [[services]]
        name = "client"
        placement = "global"

        [services.template]
        image = "\(image)"
        pull_policy = "never"
        entrypoint = ["/bin/sleep"]
        command = ["1000000"]
        stop_grace_period = "1s"
        """
    }

    private static let shared = #"{ source = { volume = "data" }, target = "/data" }"#

    private static func shop(redis: String, web: String) -> String {
        """
        namespace = "shop"

        \(ManifestParts.redis(image: redis, port: port))

        \(ManifestParts.web(image: web, host: host, directory: "/data/www", mounts: shared))

        [[volumes]]
        name = "data"
        scope = "shared"
        quota = "1GiB"
        """
    }
}
