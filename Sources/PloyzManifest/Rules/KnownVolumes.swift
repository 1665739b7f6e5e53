package import PloyzModel

/// Which volumes a manifest may mount without declaring them.
package enum KnownVolumes: Sendable {
    /// None: every volume must be declared in the document.
    case onlyDeclared
    /// The cluster is out of sight: what is not declared is taken for declared earlier.
    case unseen
    /// Those that the cluster has.
    case cluster([VolumeRef: VolumeSpec])

    /// What is known of a volume that the document does not declare.
    enum Answer {
        case missing
        case unseen
        case known(VolumeSpec)
    }

    func answer(for ref: VolumeRef) -> Answer {
        switch self {
        case .onlyDeclared: .missing
        case .unseen: .unseen
        case .cluster(let volumes): volumes[ref].map { .known($0) } ?? .missing
        }
    }

    /// Names of the cluster's volumes in a namespace.
    func names(in namespace: NamespaceName) -> [String] {
        guard case .cluster(let volumes) = self else { return [] }
        return volumes.keys.filter { $0.namespace == namespace }.map(\.volume.text)
    }
}
