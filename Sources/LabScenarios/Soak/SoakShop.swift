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

        [[services]]
        name = "redis"
        placement = { replicated = { count = 1 } }
        service_ports = [{ name = "redis", port = 6379 }]
        publish = [{ port = 16379, target = 6379 }]
        readiness = { tcp = { port = 6379 }, timeout = "60s" }

        [services.template]
        image = "\(redis)"
        pull_policy = "never"
        command = ["--dir", "/data", "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--protected-mode", "no"]
        entrypoint = ["/usr/bin/redis-server"]
        stop_grace_period = "5s"

        [[services.template.mounts]]
        source = { volume = "data" }
        target = "/data"

        [[services]]
        name = "web"
        placement = { replicated = { count = 1 } }
        service_ports = [{ name = "http", port = 80 }]
        routes = [{ host = "soak.test", path = "/", port = 80 }]
        readiness = { tcp = { port = 80 }, timeout = "60s" }

        [services.template]
        image = "\(web)"
        pull_policy = "never"
        entrypoint = ["/bin/sh", "-c"]
        command = ['''
        mkdir -p /www; echo hello >/www/index.html
        # httpd as process 1 would not hear the signal.
        trap 'kill $!; exit 0' TERM
        /bin/busybox httpd -f -p 80 -h /www & wait
        ''']
        stop_grace_period = "1s"

        [[volumes]]
        name = "data"
        quota = "256MiB"
        """
    }
}
