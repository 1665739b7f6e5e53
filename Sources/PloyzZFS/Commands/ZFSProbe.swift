import PloyzModel

/// Finds out what this ZFS can do, by calls that change nothing: a flag that it does not know ends in exit status 2,
/// before the dataset, which does not exist, is looked for.
struct ZFSProbe: Sendable {
    let command: ZFSCommand
    let root: DatasetName

    func abilities() async throws -> ZFSAbilities {
        // The name is valid, and nobody has it: our prefix, below the pool that is there anyway.
        let pool = root.pool
        let nothing = "\(pool)/ployz-probe-nothing"
        var features: Set<StorageFeature> = []
        let flags: [(StorageFeature, [String])] = [
            (.sendSize, ["send", "-nP", "\(nothing)@x"]),
            (.sendCompressed, ["send", "-n", "-L", "-c", "\(nothing)@x"]),
            (.sendRaw, ["send", "-n", "-w", "\(nothing)@x"]),
            (.receiveResume, ["send", "-n", "-t", "1-0-0-0"]),
            (.bookmarks, ["bookmark", "\(nothing)@x", "\(nothing)#x"]),
            (.snapshotMany, ["snapshot", "\(nothing)@x", "\(nothing)@y"]),
        ]
        for (feature, words) in flags where try await knows(words) { features.insert(feature) }
        // `receive -o` would wait for a stream; it came with the first `zfs` that has `version` (OpenZFS 0.8).
        let version = try await version()
        if version != nil { features.insert(.receiveProperties) }
        let hasWritten = try await knows(["get", "-Hp", "-o", "value", "written", nothing])
        return ZFSAbilities(
            capability: StorageCapability(
                root: root,
                implementation: version ?? "zfs-fuse",
                features: features,
                poolFeatures: try await poolFeatures(pool),
                properties: try await properties(pool)
            ),
            writtenProperty: hasWritten ? "written" : "unique",
            setsSeveral: version != nil
        )
    }

    /// Features of the pool that are enabled or in use; nil when its `zpool` has no `-H` (zfs-fuse), and so no features.
    private func poolFeatures(_ pool: DatasetName) async throws -> Set<PoolFeature>? {
        do {
            return PoolFeatures.parse(try await command.run(.poolProperties(of: pool)))
        } catch let error as ZFSError where error.complaint != .unavailable && error.ending != .overdue {
            return nil
        }
    }

    /// Which properties of ``VolumeSettings/native`` this ZFS knows.
    private func properties(_ pool: DatasetName) async throws -> Set<String>? {
        do {
            let text = try await command.run(.knownProperties(of: pool))
            return Set(LocalProperties.lines(text).map(\.name)).intersection(VolumeSettings.native)
        } catch let error as ZFSError where error.complaint != .unavailable && error.ending != .overdue {
            return nil
        }
    }

    private func version() async throws -> String? {
        do {
            return try await command.run(.version()).split(separator: "\n").first.map(String.init)
        } catch let error as ZFSError where error.complaint != .unavailable {
            return nil
        }
    }

    private func knows(_ words: [String]) async throws -> Bool {
        do {
            try await command.run(.probe(words))
            return true
        } catch let error as ZFSError where error.complaint == .unavailable || error.ending == .overdue {
            throw error.error(about: root)
        } catch let error as ZFSError {
            return error.complaint != .usage
        }
    }
}
