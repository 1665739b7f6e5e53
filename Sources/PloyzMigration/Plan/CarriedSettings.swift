import PloyzModel

/// What of a volume's settings the target can have.
struct CarriedSettings: Hashable, Sendable {
    /// What is set there.
    let settings: VolumeSettings
    /// Left out: they only change how fast or how small it is there.
    let dropped: [String]
    /// Lacking there, and programs would notice: not to be moved without an operator's word.
    let refused: [String]

    init(_ wanted: VolumeSettings, target: StorageCapability?) {
        var values: [String: String] = [:]
        var dropped: [String] = []
        var refused: [String] = []
        for (name, value) in wanted.values.sorted(by: { $0.key < $1.key }) {
            if Self.isKnown(name, value, to: target) {
                values[name] = value
            } else if VolumeSettings.meaningful.contains(name) {
                refused.append("\(name)=\(value)")
            } else {
                dropped.append("\(name)=\(value)")
            }
        }
        settings = (try? VolumeSettings(values)) ?? .none
        self.dropped = dropped
        self.refused = refused
    }

    private static func isKnown(_ name: String, _ value: String, to target: StorageCapability?) -> Bool {
        guard !name.contains(":"), let target, let known = target.properties else { return true }
        guard known.contains(name) else { return false }
        switch name {
        case "compression": return feature(ofCompression: value).map(target.has) ?? true
        case "recordsize": return (UInt64(value) ?? 0) <= 128 << 10 || target.has(.largeBlocks)
        case "dnodesize": return value == "legacy" || target.has(.largeDnode)
        default: return true
        }
    }

    private static func feature(ofCompression value: String) -> PoolFeature? {
        if value == "lz4" { return .lz4 }
        return value.hasPrefix("zstd") ? .zstd : nil
    }
}
