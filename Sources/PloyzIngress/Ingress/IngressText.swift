import PloyzModel

/// HAProxy's configuration, in its own words. The files of a directory are read in the order of their names.
struct IngressText: Sendable {
    let settings: IngressSettings
    /// Where files, sockets and the map of routes are.
    let directory: IngressDirectory

    /// `digest` is what the running program is known by.
    func global(digest: String) -> String {
        let user = settings.user.map { "    user \($0)\n" } ?? ""
        return """
            global
                description \(digest)
            \(user)    chroot \(directory.empty)
                stats socket \(directory.stats) mode 600 level admin expose-fd listeners
                hard-stop-after 12h
                mworker-max-reloads 100
                fd-hard-limit 100000

            defaults
                mode tcp
                balance leastconn
                timeout connect \(IngressSettings.attempt)s
                retries \(settings.retries)
                option redispatch 1
                timeout client 24h
                timeout server 24h
                timeout client-fin 10m
                timeout server-fin 10m
                option clitcpka
                option srvtcpka
                srvtcpka-idle 60s
                srvtcpka-intvl 10s
                srvtcpka-cnt 6

            """
    }

    /// The frontend of all routes. What is looked up is described in ``HTTPPath``.
    func http() -> String {
        """
        frontend http
            mode http
            bind 0.0.0.0:\(settings.httpPort)
            bind [::]:\(settings.httpPort) v6only
            timeout client 5m
            timeout http-request 10s
            timeout http-keep-alive 30s
            http-request set-var(txn.host) req.hdr(host),field(1,:),lower
            http-request set-var(txn.path) path
            http-request set-var(txn.route) var(txn.host),concat(,txn.path,/)
            http-request set-var(txn.backend) var(txn.route),map_beg(\(directory.routes))
            http-request return status 404 content-type text/plain string "no route\\n" \
        unless { var(txn.backend) -m found }
            use_backend %[var(txn.backend)]

        """
    }

    /// A published port of a service.
    func port(_ port: PublishedPort, of view: ServiceView) -> String {
        """
        listen \(name(view.ref)).tcp.\(port.port)
            bind 0.0.0.0:\(port.port)
            bind [::]:\(port.port) v6only
        \(servers(view, port.target))

        """
    }

    /// Where a service's routes to one of its ports lead. Each request has a connection of its own to the service, so
    /// that it waits like one; those that may be repeated are when the service ends without an answer.
    func backend(_ port: Int, of view: ServiceView) -> String {
        """
        backend \(backendName(port, of: view.ref))
            mode http
            timeout server 5m
            timeout tunnel 24h
            option http-server-close
            option forwardfor
            retry-on conn-failure empty-response
            http-request disable-l7-retry unless { method GET HEAD OPTIONS }
        \(servers(view, port))

        """
    }

    func backendName(_ port: Int, of service: ServiceRef) -> String { "\(name(service)).http.\(port)" }

    /// No `check`: a service that stands still for a moment must not be taken out.
    private func servers(_ view: ServiceView, _ port: Int) -> String {
        view.addresses.enumerated().map { "    server i\($0) \($1):\(port)" }.joined(separator: "\n")
    }

    private func name(_ service: ServiceRef) -> String { "\(service.namespace).\(service.service)" }
}
