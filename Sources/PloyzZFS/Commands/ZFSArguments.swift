package import PloyzModel

/// One call of `zfs`, as an argument vector. No shell reads it, and every name in it is a validated type.
package struct ZFSArguments: Hashable, Sendable {
    /// The words behind `zfs`, the subcommand first.
    package let words: [String]

    package var subcommand: String { words.first ?? "" }

    private init(_ words: [String]) { self.words = words }

    package static func version() -> ZFSArguments { ZFSArguments(["version"]) }

    /// `zfs create`, without `-p`: a parent that is missing is made, and marked, by its own call.
    package static func create(_ dataset: DatasetName, _ properties: [ZFSProperty]) -> ZFSArguments {
        ZFSArguments(["create"] + properties.flatMap { ["-o", $0.assignment] } + [dataset.text])
    }

    /// Properties of `targets`, one a line: name, property, value, source, joined by tabs; numbers exact.
    package static func get(_ properties: [String], of targets: [ZFSTarget]) -> ZFSArguments {
        ZFSArguments(
            ["get", "-Hp", "-o", "name,property,value,source", properties.joined(separator: ",")]
                + targets.map(\.text)
        )
    }

    /// The same for a dataset and what lies up to `depth` levels below it. A dataset's snapshots are one level below it.
    package static func get(_ properties: [String], below dataset: DatasetName, depth: Int) -> ZFSArguments {
        ZFSArguments([
            "get", "-Hp", "-r", "-d", String(depth), "-o", "name,property,value,source",
            properties.joined(separator: ","), dataset.text,
        ])
    }

    /// zfs-fuse 0.7 takes one assignment a call, OpenZFS several.
    package static func set(_ properties: [ZFSProperty], of dataset: DatasetName) -> ZFSArguments {
        ZFSArguments(["set"] + properties.map(\.assignment) + [dataset.text])
    }

    package static func mount(_ dataset: DatasetName) -> ZFSArguments { ZFSArguments(["mount", dataset.text]) }

    /// Never `-f`: a lazy unmount would leave writers behind.
    package static func unmount(_ dataset: DatasetName) -> ZFSArguments { ZFSArguments(["unmount", dataset.text]) }

    package static func rename(_ dataset: DatasetName, to name: DatasetName) -> ZFSArguments {
        ZFSArguments(["rename", dataset.text, name.text])
    }

    package static func snapshot(_ dataset: DatasetName, _ name: SnapshotName) -> ZFSArguments {
        ZFSArguments(["snapshot", "\(dataset)@\(name)"])
    }

    package static func hold(_ dataset: DatasetName, _ name: SnapshotName, tag: String) -> ZFSArguments {
        ZFSArguments(["hold", tag, "\(dataset)@\(name)"])
    }

    package static func release(_ dataset: DatasetName, _ name: SnapshotName, tag: String) -> ZFSArguments {
        ZFSArguments(["release", tag, "\(dataset)@\(name)"])
    }

    package static func destroySnapshot(_ dataset: DatasetName, _ name: SnapshotName) -> ZFSArguments {
        ZFSArguments(["destroy", "\(dataset)@\(name)"])
    }

    /// A received dataset below the staging parent, with its snapshots. The only dataset that is ever destroyed.
    package static func destroyStaged(_ dataset: DatasetName) -> ZFSArguments {
        ZFSArguments(["destroy", "-r", dataset.text])
    }

    /// Never `-r`: it would destroy later snapshots.
    package static func rollback(_ dataset: DatasetName, _ name: SnapshotName) -> ZFSArguments {
        ZFSArguments(["rollback", "\(dataset)@\(name)"])
    }

    /// Never `-p` or `-R`: properties of the source do not belong on the target.
    package static func send(
        _ dataset: DatasetName,
        _ snapshot: SnapshotName,
        from base: SnapshotName?,
        intermediates: Bool,
        flags: [String] = []
    ) -> ZFSArguments {
        let incremental = base.map { [intermediates ? "-I" : "-i", "@\($0)"] } ?? []
        return ZFSArguments(["send"] + flags + incremental + ["\(dataset)@\(snapshot)"])
    }

    /// Never `-F`: it would roll back and destroy on the target.
    package static func receive(into dataset: DatasetName, flags: [String] = []) -> ZFSArguments {
        ZFSArguments(["receive"] + flags + [dataset.text])
    }

    /// For ``ZFSProbe``: a call whose flags are what matters.
    static func probe(_ words: [String]) -> ZFSArguments { ZFSArguments(words) }
}
