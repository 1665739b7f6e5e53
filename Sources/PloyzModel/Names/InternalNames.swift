/// The names under which instances find services: `<service>.<namespace>.ployz.internal`.
package enum InternalNames {
    package static let domain = "ployz.internal"

    package static func name(of service: ServiceRef) -> String { "\(service.service).\(service.namespace).\(domain)" }

    /// Name servers and search domains of a sandbox: with them `<service>` and `<service>.<namespace>` are names too.
    ///
    /// - Parameter servers: addresses; without one the sandbox keeps the host's resolver.
    package static func resolver(_ servers: [String], in namespace: NamespaceName) -> [String] {
        servers.isEmpty ? [] : servers + ["\(namespace).\(domain)", domain]
    }
}
