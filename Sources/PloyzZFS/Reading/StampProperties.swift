package import PloyzModel

/// The stamp as user properties of a dataset.
package enum StampProperties {
    package static let volume = "ployz:volume"
    package static let owner = "ployz:owner"
    package static let epoch = "ployz:epoch"
    package static let state = "ployz:state"

    package static let names = [volume, owner, epoch, state]

    /// The stamp that `row` carries; nil unless all four are there, local, and well-formed.
    package static func stamp(in row: [String: PropertyTable.Entry]) -> DatasetStamp? {
        func local(_ name: String) -> String? { row[name].flatMap { $0.isLocal ? $0.value : nil } }
        guard let volume = local(volume).flatMap({ try? VolumeRef($0) }),
            let owner = local(owner).flatMap({ try? MachineID($0) }),
            let epoch = local(epoch).flatMap({ UInt64($0) }),
            let state = local(state).flatMap(DatasetStamp.State.init(rawValue:))
        else { return nil }
        return DatasetStamp(volume: volume, owner: owner, epoch: Epoch(epoch), state: state)
    }

    package static func properties(_ stamp: DatasetStamp) -> [ZFSProperty] {
        [
            ZFSProperty(volume, stamp.volume.description),
            ZFSProperty(owner, stamp.owner.text),
            ZFSProperty(epoch, stamp.epoch.description),
            ZFSProperty(state, stamp.state.rawValue),
        ]
    }

    /// What has to be set to get from `old` to `new`, in an order in which a crash half-way (zfs-fuse sets one property
    /// a call) never leaves a copy that looks more alive than it is: away from `live` the state comes first, to `live`
    /// it comes last.
    package static func changes(from old: DatasetStamp?, to new: DatasetStamp) -> [ZFSProperty] {
        let present = Set(old.map(properties) ?? [])
        let missing = properties(new).filter { !present.contains($0) }
        return new.state == .live ? missing : missing.filter { $0.name == state } + missing.filter { $0.name != state }
    }
}
