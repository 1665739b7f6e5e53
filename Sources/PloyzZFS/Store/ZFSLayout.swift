package import PloyzModel

/// Where everything lies: names of datasets and directories.
///
///     <root>                          marked, canmount=off        (used as it is when it exists already)
///     <root>/<namespace>              marked, canmount=off
///     <root>/<namespace>/<volume>     stamped, canmount=noauto, mounted at <mount root>/<namespace>/<volume>
///     <root>/.staging                 marked, canmount=off, readonly=on
///     <root>/.staging/<namespace>.<volume>      a first receive; it becomes the volume by a rename
package struct ZFSLayout: Hashable, Sendable {
    package let root: DatasetName
    package let mountRoot: String
    package let stateDirectory: String

    /// The directory in the dataset that containers bind. It is not there when the dataset is not mounted.
    package static let dataDirectory = "data"

    /// - Parameters:
    ///   - root: at most 60 bytes, so that every name below it is valid.
    ///   - mountRoot: absolute, without a slash at its end.
    ///   - stateDirectory: absolute; locks and notes about mounts lie in it.
    /// - Throws: ``PloyzError`` `usage` when one of them is not as told.
    package init(root: DatasetName, mountRoot: String, stateDirectory: String) throws(PloyzError) {
        guard root.text.utf8.count <= 60 else {
            throw PloyzError(.usage, "the root dataset's name '\(root)' is longer than 60 bytes")
        }
        for path in [mountRoot, stateDirectory]
        where !path.hasPrefix("/") || path.hasSuffix("/") || path.split(separator: "/").contains("..") {
            throw PloyzError(.usage, "'\(path)' is not an absolute path without '..' and without '/' at its end")
        }
        self.root = root
        self.mountRoot = mountRoot
        self.stateDirectory = stateDirectory
    }

    package func dataset(of volume: VolumeRef) -> DatasetName {
        below(volume.namespace.text, volume.volume.text)
    }

    package func dataset(of namespace: NamespaceName) -> DatasetName { below(namespace.text) }

    package var staging: DatasetName { below(".staging") }

    package func staging(of volume: VolumeRef) -> DatasetName { below(".staging", Self.flat(volume)) }

    package func mountPoint(of volume: VolumeRef) -> String {
        "\(mountRoot)/\(volume.namespace)/\(volume.volume)"
    }

    package func directory(of volume: VolumeRef) -> String { "\(mountPoint(of: volume))/\(Self.dataDirectory)" }

    package func lock(of volume: VolumeRef) -> String { "\(stateDirectory)/locks/\(Self.flat(volume))" }

    package func mountNote(of volume: VolumeRef) -> String { "\(stateDirectory)/mounts/\(Self.flat(volume))" }

    /// A label has no dot, so the pair is unambiguous.
    private static func flat(_ volume: VolumeRef) -> String { "\(volume.namespace).\(volume.volume)" }

    private func below(_ components: String...) -> DatasetName {
        do {
            return try components.reduce(root) { try $0.appending($1) }
        } catch {
            // 60 bytes of root, two labels of at most 63, and the staging parent stay below 200 valid bytes.
            preconditionFailure("no dataset name: \(error)")
        }
    }
}
