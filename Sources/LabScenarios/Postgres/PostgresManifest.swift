/// How PostgreSQL is deployed.
enum PostgresManifest {
    /// Directories below the mounts: `initdb` wants them empty, and makes them its own.
    static let data = "/data/pg"
    private static let log = "/wal/pg"

    /// What the container does: makes the database once, whole or not at all, then becomes the server. Process 1 gets the
    /// image's stop signal, SIGINT: fast shutdown, whose last checkpoint leaves nothing to replay.
    private static let script = """
        [ -e \(data) ] || { rm -rf /data/new \(log); initdb --pgdata /data/new --waldir \(log) --data-checksums \
        --auth trust --username postgres --encoding UTF8 --locale C --no-instructions && \
        echo "host all all all trust" >> /data/new/pg_hba.conf && sync && mv /data/new \(data); } || exit 1; \
        exec postgres -D \(data) -c listen_addresses=* -c unix_socket_directories=/tmp -c fsync=on \
        -c synchronous_commit=on -c full_page_writes=on -c shared_buffers=64MB -c max_wal_size=128MB -c min_wal_size=32MB
        """

    /// - Parameter image: `sha256:…`.
    static func text(image: String) -> String {
        """
        namespace = "\(PostgresService.namespace)"

        [[services]]
        name = "postgres"
        placement = { replicated = { count = 1 } }
        service_ports = [{ name = "postgres", port = 5432 }]
        # A connection is accepted before sessions are.
        readiness = { exec = { command = ["pg_isready", "--quiet", "--host", "127.0.0.1"] }, timeout = "10m" }

        [services.template]
        image = "\(image)"
        pull_policy = "never"
        user = "999:999"
        entrypoint = ["/bin/sh", "-c"]
        command = ['''\(script)''']
        stop_grace_period = "5m"

        [[services.template.mounts]]
        source = { volume = "data" }
        target = "/data"

        [[services.template.mounts]]
        source = { volume = "wal" }
        target = "/wal"

        [[volumes]]
        name = "data"
        quota = "4GiB"
        mode = "0700"
        owner = "999:999"

        [[volumes]]
        name = "wal"
        quota = "1GiB"
        mode = "0700"
        owner = "999:999"
        """
    }
}
