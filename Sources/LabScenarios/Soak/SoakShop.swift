/// What moves in a soak: a Redis with a small volume, and a web server without any.
enum SoakShop {
    static let stateful = "soak/redis"
    static let stateless = "soak/web"

    static func deploy(in lab: Lab, on machine: String) async throws {
        let redis = try await lab.buildImage("redis")
        let web = try await lab.buildImage("web")
        try await lab.deploy(manifest(redis: redis, web: web), on: machine)
    }

    private static func manifest(redis: String, web: String) -> String {
        """
        namespace = "soak"

        \(ManifestParts.redis(image: redis, port: 16379))

        \(ManifestParts.web(image: web, host: "soak.test", directory: "/www"))

        [[volumes]]
        name = "data"
        quota = "256MiB"
        """
    }
}
