/// What a workload's image holds beside busybox, and how it is started.
struct ImageContents: Sendable {
    /// Programs of the host, found in `PATH`; in the image they lie in `/usr/bin`.
    var programs: [String] = []
    /// Files and directories of the host; in the image they lie at the same place. Of programs and shared libraries
    /// among them the libraries that they need come along.
    var files: [String] = []
    /// Parts of `files` that are left out.
    var omitted: [String] = []
    /// The Debian package that brings `files`; nil where the lab's prerequisites do.
    var package: String?
    /// The user beside root, with ID 999.
    var user = "redis"
    var command: [String]
    var path = "/usr/bin:/bin"
    /// What ends it in good order; nil is SIGTERM.
    var stopSignal: String?
}

extension WorkloadImage {
    var contents: ImageContents {
        switch self {
        case .redis:
            ImageContents(
                programs: ["redis-server", "redis-cli"],
                command: ["/usr/bin/redis-server", "--protected-mode", "no", "--dir", "/data"]
            )
        case .web:
            ImageContents(command: ["/bin/busybox", "httpd", "-f", "-p", "80", "-h", "/www"])
        case .postgres:
            Self.postgresContents
        }
    }

    /// PostgreSQL 15 as Debian 12 lays it out, with what it keeps in shared libraries: extensions, encodings.
    private static var postgresContents: ImageContents {
        let library = "/usr/lib/postgresql/15"
        let share = "/usr/share/postgresql/15"
        return ImageContents(
            // Time zones: Debian's PostgreSQL has none of its own.
            files: [
                "\(library)/bin", "\(library)/lib", share, "/usr/share/zoneinfo/Etc/UTC", "/usr/share/zoneinfo/GMT",
            ],
            // The compiler for queries needs a library of 100 MB; man pages lead out of the directory.
            omitted: ["\(library)/lib/llvmjit.so", "\(library)/lib/bitcode", "\(library)/lib/pgxs", "\(share)/man"],
            package: "postgresql-15",
            user: "postgres",
            command: ["\(library)/bin/postgres", "-D", "/data"],
            path: "\(library)/bin:/usr/bin:/bin",
            // Fast shutdown: sessions are ended, a checkpoint is written. SIGTERM would wait for the sessions.
            stopSignal: "SIGINT"
        )
    }
}
