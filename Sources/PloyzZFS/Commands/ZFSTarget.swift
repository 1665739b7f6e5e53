package import PloyzModel

/// A dataset, or one of its snapshots or bookmarks.
package enum ZFSTarget: Hashable, Sendable {
    case dataset(DatasetName)
    case snapshot(DatasetName, SnapshotName)
    case bookmark(DatasetName, SnapshotName)

    package var text: String {
        switch self {
        case .dataset(let name): name.text
        case .snapshot(let dataset, let name): "\(dataset)@\(name)"
        case .bookmark(let dataset, let name): "\(dataset)#\(name)"
        }
    }
}
