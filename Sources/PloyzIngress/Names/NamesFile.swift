import PloyzModel

/// The hosts file (hosts(5)) of one service: its name, once for each instance.
enum NamesFile {
    /// Neither part has a dot, so no two services have the same file.
    static func name(_ service: ServiceRef) -> String { "\(service.namespace).\(service.service)" }

    static func text(_ view: ServiceView) -> String {
        view.addresses.map { "\($0) \(InternalNames.name(of: view.ref))\n" }.joined()
    }
}
