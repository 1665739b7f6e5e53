/// Services that several scenarios deploy, as parts of a manifest in TOML.
enum ManifestParts {
    /// A Redis whose every acknowledged write is on disk, in the volume `data`; published on every machine.
    static func redis(image: String, port: Int) -> String {
        """
        [[services]]
        name = "redis"
        placement = { replicated = { count = 1 } }
        service_ports = [{ name = "redis", port = 6379 }]
        publish = [{ port = \(port), target = 6379 }]
        readiness = { tcp = { port = 6379 }, timeout = "60s" }

        [services.template]
        image = "\(image)"
        pull_policy = "never"
        entrypoint = ["/bin/sh", "-c"]
        command = ['''\(redisScript)''']
        stop_grace_period = "10s"
        mounts = [{ source = { volume = "data" }, target = "/data" }]
        """
    }

    /// Redis listens before it has read its file, and answers `LOADING` until then: for a probe that only connects it would be
    /// ready too early. So the port is opened when Redis has said on a socket of its own that it is ready.
    private static let redisScript = """
        redis-server --port 0 --unixsocket /tmp/redis.sock --dir /data --appendonly yes --appendfsync always \
            --save '' --protected-mode no &
        server=$!
        trap 'kill -TERM $server' TERM
        until redis-cli -s /tmp/redis.sock PING | grep -q PONG; do kill -0 $server || exit 1; sleep 0.005; done
        redis-cli -s /tmp/redis.sock CONFIG SET port 6379
        while kill -0 $server; do wait $server; done
        """

    /// A web server with one page below `directory`.
    ///
    /// - Parameter mounts: in TOML.
    static func web(image: String, host: String, directory: String, mounts: String = "") -> String {
        """
        [[services]]
        name = "web"
        placement = { replicated = { count = 1 } }
        service_ports = [{ name = "http", port = 80 }]
        routes = [{ host = "\(host)", path = "/", port = 80 }]
        readiness = { tcp = { port = 80 }, timeout = "60s" }

        [services.template]
        image = "\(image)"
        pull_policy = "never"
        entrypoint = ["/bin/sh", "-c"]
        command = ['''
        mkdir -p \(directory); echo hello >\(directory)/index.html
        # httpd as process 1 would not hear the signal.
        trap 'kill $!; exit 0' TERM
        /bin/busybox httpd -f -p 80 -h \(directory) & wait
        ''']
        stop_grace_period = "1s"
        mounts = [\(mounts)]
        """
    }
}
