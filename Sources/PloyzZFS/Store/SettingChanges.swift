package import PloyzModel

/// What has to be done to a dataset to make its carried settings others. Pure.
package struct SettingChanges: Hashable, Sendable {
    /// In the order of their names.
    package let set: [ZFSProperty]
    package let inherited: [String]

    package init(from present: VolumeSettings, to wanted: VolumeSettings) {
        set = wanted.values.filter { present.values[$0.key] != $0.value }.sorted { $0.key < $1.key }
            .map { ZFSProperty($0.key, $0.value) }
        // Access times are off where nobody says otherwise: the daemon itself sets that (ZFSProperty.noAccessTimes).
        inherited = present.values.keys.filter { wanted.values[$0] == nil && $0 != ZFSProperty.noAccessTimes.name }
            .sorted()
    }
}
