/// One entry of `Mounts`.
enum MountRequest: Encodable, Hashable, Sendable {
    /// A directory of the machine, which must exist. Neither mounts below it nor mounts made later travel either way.
    case bind(source: String, target: String, readonly: Bool)
    /// Memory of the container's own.
    case tmpfs(target: String, readonly: Bool)

    private enum CodingKeys: String, CodingKey {
        case type = "Type"
        case source = "Source"
        case target = "Target"
        case readonly = "ReadOnly"
        case bindOptions = "BindOptions"
    }

    private struct BindOptions: Encodable {
        let propagation = "rprivate"
        let nonRecursive = true

        enum CodingKeys: String, CodingKey {
            case propagation = "Propagation"
            case nonRecursive = "NonRecursive"
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .bind(let source, let target, let readonly):
            try container.encode("bind", forKey: .type)
            try container.encode(source, forKey: .source)
            try container.encode(target, forKey: .target)
            try container.encode(readonly, forKey: .readonly)
            try container.encode(BindOptions(), forKey: .bindOptions)
        case .tmpfs(let target, let readonly):
            try container.encode("tmpfs", forKey: .type)
            try container.encode(target, forKey: .target)
            try container.encode(readonly, forKey: .readonly)
        }
    }
}
