package import PloyzModel

/// What `zpool get -Hp -o property,value all` prints of features: `feature@name`, and `disabled`, `enabled` or `active`.
package enum PoolFeatures {
    package static func parse(_ text: String) -> Set<PoolFeature> {
        Set(
            LocalProperties.lines(text).compactMap { line in
                guard line.name.hasPrefix("feature@"), ["enabled", "active"].contains(line.value) else { return nil }
                return PoolFeature(rawValue: String(line.name.dropFirst("feature@".count)))
            }
        )
    }
}
