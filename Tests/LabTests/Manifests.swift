/// Manifests of the cases, in TOML. Their programs are all busybox, in the image `web`.
enum Manifests {
    /// A web server on port 80, without volumes.
    static func web(
        _ namespace: String,
        image: String,
        placement: String = "{ replicated = { count = 1 } }",
        extra: String = "",
        template: String = ""
    ) -> String {
        """
        namespace = "\(namespace)"

        [[services]]
        name = "web"
        placement = \(placement)
        service_ports = [{ name = "http", port = 80 }]
        readiness = { http = { port = 80, path = "/index.html" }, timeout = "30s" }
        \(extra)

        [services.template]
        image = "\(image)"
        pull_policy = "never"
        stop_grace_period = "1s"
        \(template)
        """
    }

    /// A service `keeper` that does nothing but hold the volume `data` at `/data`.
    static func keeper(_ namespace: String, image: String) -> String {
        """
        namespace = "\(namespace)"

        [[services]]
        name = "keeper"
        \(restful(image: image, "while :; do sleep 1 & wait; done"))
        mounts = [{ source = { volume = "data" }, target = "/data" }]

        [[volumes]]
        name = "data"
        quota = "1GiB"
        """
    }

    /// A service `writer` that appends to a page ten times a second, and a service `reader` that serves it from the
    /// same volume.
    static func pair(_ namespace: String, image: String) -> String {
        let write = "i=0; while :; do i=$((i + 1)); echo $i >> /data/page; usleep 100000 & wait; done"
        return """
            namespace = "\(namespace)"

            [[services]]
            name = "writer"
            \(restful(image: image, write))
            mounts = [{ source = { volume = "pages" }, target = "/data" }]

            [[services]]
            name = "reader"
            service_ports = [{ name = "http", port = 80 }]
            readiness = { http = { port = 80, path = "/page" }, timeout = "30s" }

            [services.template]
            image = "\(image)"
            pull_policy = "never"
            stop_grace_period = "1s"
            command = ["/bin/busybox", "httpd", "-f", "-p", "80", "-h", "/data"]
            mounts = [{ source = { volume = "pages" }, target = "/data", readonly = true }]

            [[volumes]]
            name = "pages"
            scope = "shared"
            """
    }

    /// The template of a shell script that ends when it is told to: a process 1 has no default action for SIGTERM.
    private static func restful(image: String, _ script: String) -> String {
        """

        [services.template]
        image = "\(image)"
        pull_policy = "never"
        entrypoint = ["/bin/sh", "-c"]
        command = ["trap 'exit 0' TERM; \(script)"]
        """
    }
}
