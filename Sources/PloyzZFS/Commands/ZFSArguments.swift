package import PloyzMigration
package import PloyzModel

/// One call of `zfs`, or of `zpool`, as an argument vector. No shell reads it, and every name in it is a validated type.
package struct ZFSArguments: Hashable, Sendable {
    package enum Program: String, Hashable, Sendable { case zfs, zpool }

    package let program: Program
    /// The words behind the program's name, the subcommand first.
    package let words: [String]

    package var subcommand: String { words.first ?? "" }

    private init(_ words: [String], program: Program = .zfs) {
        self.words = words
        self.program = program
    }

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

    /// Everything that is set on the dataset itself, one a line: property, value, joined by a tab; numbers exact.
    package static func settings(of dataset: DatasetName) -> ZFSArguments {
        ZFSArguments(["get", "-Hp", "-s", "local", "-o", "property,value", "all", dataset.text])
    }

    /// As ``get(_:below:depth:)``, of a dataset's bookmarks alone.
    package static func bookmarks(_ properties: [String], of dataset: DatasetName) -> ZFSArguments {
        ZFSArguments([
            "get", "-Hp", "-r", "-d", "1", "-t", "bookmark", "-o", "name,property,value,source",
            properties.joined(separator: ","), dataset.text,
        ])
    }

    /// Every property that this `zfs` knows of a pool's own dataset, one a line.
    package static func knownProperties(of pool: DatasetName) -> ZFSArguments {
        ZFSArguments(["get", "-Hp", "-o", "property,value", "all", pool.text])
    }

    /// Features of the pool among others, one a line: `feature@name`, its state, joined by a tab.
    package static func poolProperties(of pool: DatasetName) -> ZFSArguments {
        ZFSArguments(["get", "-Hp", "-o", "property,value", "all", pool.text], program: .zpool)
    }

    /// Takes a property back that was set on the dataset itself.
    package static func inherit(_ property: String, of dataset: DatasetName) -> ZFSArguments {
        ZFSArguments(["inherit", property, dataset.text])
    }

    /// Checks the key in `file` when it is only to be verified, else loads it. The words hold the path, never the key.
    package static func loadKey(of dataset: DatasetName, from file: KeyFile?, verifying: Bool) -> ZFSArguments {
        ZFSArguments(
            ["load-key"] + (verifying ? ["-n"] : []) + (file.map { ["-L", $0.location] } ?? []) + [dataset.text]
        )
    }

    package static func unloadKey(of dataset: DatasetName) -> ZFSArguments {
        ZFSArguments(["unload-key", dataset.text])
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

    package static func bookmark(_ dataset: DatasetName, _ name: SnapshotName) -> ZFSArguments {
        ZFSArguments(["bookmark", "\(dataset)@\(name)", "\(dataset)#\(name)"])
    }

    package static func destroyBookmark(_ dataset: DatasetName, _ name: SnapshotName) -> ZFSArguments {
        ZFSArguments(["destroy", "\(dataset)#\(name)"])
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
        from base: VolumeSnapshot?,
        intermediates: Bool,
        flags: [StreamFlag] = [],
        estimating: Bool = false
    ) -> ZFSArguments {
        let incremental =
            base.map { [intermediates ? "-I" : "-i", ($0.isBookmark ? "#" : "@") + $0.name.text] } ?? []
        return ZFSArguments(
            ["send"] + (estimating ? ["-nP"] : []) + flags.map(\.rawValue) + incremental + ["\(dataset)@\(snapshot)"]
        )
    }

    /// What a stream that goes on would carry, and how much of it is left.
    package static func examine(_ token: ResumeToken) -> ZFSArguments {
        ZFSArguments(["send", "-nvP", "-t", token.text])
    }

    /// The stream that goes on: snapshot, base and flags are the token's.
    package static func resume(_ token: ResumeToken) -> ZFSArguments { ZFSArguments(["send", "-t", token.text]) }

    /// Throws away what a receive with `-s` that was cut off has left.
    package static func abortReceive(into dataset: DatasetName) -> ZFSArguments {
        ZFSArguments(["receive", "-A", dataset.text])
    }

    /// Never `-F`: it would roll back and destroy on the target.
    package static func receive(into dataset: DatasetName, flags: [String] = []) -> ZFSArguments {
        ZFSArguments(["receive"] + flags + [dataset.text])
    }

    /// For ``ZFSProbe``: a call whose flags are what matters.
    static func probe(_ words: [String]) -> ZFSArguments { ZFSArguments(words) }
}
