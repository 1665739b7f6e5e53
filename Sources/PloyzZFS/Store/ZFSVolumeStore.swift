package import Logging
package import PloyzMigration
package import PloyzModel
import Synchronization

/// The volumes of this machine over the `zfs` command.
///
/// What it does is told by concern: creating and adopting, mounting, snapshots, sizes, streams. Every `zfs` call of
/// zfs-fuse costs 5 to 30 ms, so what the cutover calls (`unmount`, `snapshot`, `written`, the streams, `mount`) asks
/// for several properties at once, and takes a dataset for ours that was found to be ours before. What destroys
/// something looks anew every time.
package final class ZFSVolumeStore: VolumeStore {
    package let layout: ZFSLayout
    let command: ZFSCommand
    let timekeeper: any Timekeeper
    let logger: Logger
    let containerProcesses: @Sendable () async throws -> [Int32]
    private let memory = Mutex(Memory())
    /// zfs-fuse tells its file system threads of a new mount in two writes to one pipe; those of two mounts at once mix,
    /// and from then on no file of the pool answers. So there is one mount at a time.
    let mounting = KeyedLock<String>()

    /// How long an operation waits for a stream of the same volume to end.
    static let lockLimit = Duration.seconds(10)

    private struct Memory {
        var abilities: ZFSAbilities?
        var ours: Set<VolumeRef> = []
        var placeholders: [VolumeRef: Int] = [:]
    }

    /// - Parameters:
    ///   - machine: this machine; datasets are stamped by their callers, it is for the log.
    ///   - containerProcesses: the main processes of our running containers: their mount namespaces list volumes
    ///     rightly.
    /// - Throws: ``PloyzError`` `zfs-unavailable` when the machine has no `zfs`, `failed` when the state directory
    ///   cannot be made.
    package init(
        layout: ZFSLayout,
        machine: MachineID,
        timekeeper: any Timekeeper,
        logger: Logger,
        containerProcesses: @escaping @Sendable () async throws -> [Int32]
    ) throws {
        var logger = logger
        logger[metadataKey: "machine.id"] = "\(machine)"
        self.layout = layout
        self.timekeeper = timekeeper
        self.logger = logger
        self.containerProcesses = containerProcesses
        command = try ZFSCommand(timekeeper: timekeeper, logger: logger)
        for directory in ["locks", "mounts"] {
            let path = "\(layout.stateDirectory)/\(directory)"
            do {
                try Files.makeDirectories(path)
            } catch {
                throw PloyzError(.failed, "the directory \(path) cannot be made: \(error)")
            }
        }
    }

    package func directory(of volume: VolumeRef) -> String { layout.directory(of: volume) }

    package func capability() async throws -> StorageCapability { try await abilities().capability }

    func abilities() async throws -> ZFSAbilities {
        if let known = memory.withLock({ $0.abilities }) { return known }
        let abilities = try await ZFSProbe(command: command, root: layout.root).abilities()
        memory.withLock { $0.abilities = abilities }
        return abilities
    }

    // MARK: What is there

    package func dataset(of volume: VolumeRef) async throws -> VolumeDataset? {
        let name = layout.dataset(of: volume)
        guard let table = try await properties(try await listed(), of: name) else {
            forget(volume)
            return nil
        }
        let found = try listedDataset(name, in: table, as: volume)
        guard let encryption = found.encryption, !encryption.isOwnRoot else { return found }
        return found.with(encryption.with(keyFile: try await keyFile(of: encryption.root)))
    }

    package func datasets() async throws -> [VolumeDataset] {
        let text: String
        do {
            // A volume lies two levels below the root, its snapshots three: they are not listed.
            text = try await command.run(.get(try await listed(), below: layout.root, depth: 2))
        } catch let error as ZFSError where error.complaint == .doesNotExist {
            return []
        } catch let error as ZFSError {
            throw error.error(about: layout.root)
        }
        let table = try PropertyTable(text)
        return try table.names.compactMap { name in
            guard let row = table.row(name), let stamp = StampProperties.stamp(in: row),
                layout.dataset(of: stamp.volume).text == name
            else { return nil }
            return try listedDataset(layout.dataset(of: stamp.volume), in: table, as: stamp.volume)
        }
    }

    package func availableSpace() async throws -> ByteCount {
        var dataset: DatasetName? = layout.root
        while let name = dataset {
            if let table = try await properties(["available"], of: name) {
                return table.bytes(name.text, "available") ?? .zero
            }
            dataset = name.parent
        }
        throw PloyzError(
            .zfsUnavailable,
            "the pool of \(layout.root) does not exist on this machine",
            next: "zpool create \(layout.root.text.prefix { $0 != "/" }) <device>"
        )
    }

    package func setStamp(_ stamp: DatasetStamp) async throws {
        let dataset = layout.dataset(of: stamp.volume)
        let table = try await ownProperties(StampProperties.names, of: stamp.volume)
        let old = table.row(dataset.text).flatMap(StampProperties.stamp)
        try await set(StampProperties.changes(from: old, to: stamp), of: dataset)
    }

    package func setQuota(_ quota: Capacity?, of volume: VolumeRef) async throws {
        let dataset = layout.dataset(of: volume)
        try await requireOurs(volume)
        do {
            try await command.runWhileBusy(.set([.quota(quota)], of: dataset))
        } catch let error as ZFSError where error.complaint == .limitTooSmall {
            throw PloyzError(
                .quotaTooSmall,
                "\(volume) has more in it than \(quota.map(String.init(describing:)) ?? "none"): \(error.message)",
                state: "its quota is as it was",
                next: "delete some of it, or give it a larger quota: ployzctl volume ls"
            )
        } catch let error as ZFSError {
            throw error.error(about: dataset)
        }
    }

    private func listed() async throws -> [String] {
        let plain = ["type", "mounted", "referenced", "used", "origin"] + StampProperties.names
        return try await abilities().has(.sendRaw) ? plain + Self.encryptionProperties : plain
    }

    private func listedDataset(
        _ name: DatasetName,
        in table: PropertyTable,
        as volume: VolumeRef
    ) throws -> VolumeDataset {
        let stamp = table.row(name.text).flatMap(StampProperties.stamp)
        let isOurs = stamp?.volume == volume && table[name.text, "type"]?.value == "filesystem"
        if isOurs { remember(volume) } else { forget(volume) }
        return VolumeDataset(
            name: name,
            stamp: isOurs ? stamp : nil,
            isMounted: table[name.text, "mounted"]?.value == "yes",
            referenced: table.bytes(name.text, "referenced") ?? .zero,
            used: table.bytes(name.text, "used") ?? .zero,
            encryption: isOurs ? encryption(of: name, in: table) : nil,
            origin: table[name.text, "origin"].flatMap { ["", "-"].contains($0.value) ? nil : $0.value }
        )
    }

    // MARK: Reading and setting properties

    /// nil when there is no such dataset.
    func properties(_ names: [String], of dataset: DatasetName) async throws -> PropertyTable? {
        do {
            return try PropertyTable(try await command.run(.get(names, of: [.dataset(dataset)])))
        } catch let error as ZFSError where error.complaint == .doesNotExist {
            return nil
        } catch let error as ZFSError {
            throw error.error(about: dataset)
        }
    }

    /// The same for a volume's dataset that must be there and be ours.
    ///
    /// - Throws: ``PloyzError`` `volume-missing`, `foreign-dataset`.
    func ownProperties(_ names: [String], of volume: VolumeRef) async throws -> PropertyTable {
        let dataset = layout.dataset(of: volume)
        guard let table = try await properties(names + ["type"] + StampProperties.names, of: dataset) else {
            forget(volume)
            throw missing(dataset)
        }
        try requireOurs(volume, in: table)
        return table
    }

    /// - Throws: ``PloyzError`` `foreign-dataset` unless the row of the volume's dataset in `table` carries our stamp.
    func requireOurs(_ volume: VolumeRef, in table: PropertyTable) throws {
        let dataset = layout.dataset(of: volume)
        guard table.row(dataset.text).flatMap(StampProperties.stamp)?.volume == volume else {
            forget(volume)
            throw foreign(dataset)
        }
        remember(volume)
    }

    /// Looks whether the dataset is ours, unless that was found before.
    func requireOurs(_ volume: VolumeRef) async throws {
        if memory.withLock({ $0.ours.contains(volume) }) { return }
        _ = try await ownProperties([], of: volume)
    }

    func set(_ properties: [ZFSProperty], of dataset: DatasetName) async throws {
        guard !properties.isEmpty else { return }
        let batches = try await abilities().setsSeveral ? [properties] : properties.map { [$0] }
        for batch in batches { try await perform(.set(batch, of: dataset), on: dataset) }
    }

    /// Runs a call, again while ZFS is busy, with errors for people.
    @discardableResult
    func perform(_ arguments: ZFSArguments, on dataset: DatasetName) async throws -> String {
        do {
            return try await command.runWhileBusy(arguments)
        } catch let error as ZFSError {
            throw error.error(about: dataset)
        }
    }

    func remember(_ volume: VolumeRef) { memory.withLock { _ = $0.ours.insert(volume) } }

    func forget(_ volume: VolumeRef) { memory.withLock { _ = $0.ours.remove(volume) } }

    /// How many uses of a volume's stand-in there are now, after adding `change`.
    func countPlaceholders(_ volume: VolumeRef, adding change: Int) -> Int {
        memory.withLock { memory in
            let count = memory.placeholders[volume, default: 0] + change
            memory.placeholders[volume] = count == 0 ? nil : count
            return count
        }
    }

    func lock(_ volume: VolumeRef, _ kind: DatasetLock.Kind) async throws -> DatasetLock {
        try await DatasetLock.take(
            layout.lock(of: volume),
            kind,
            limit: Self.lockLimit,
            timekeeper: timekeeper
        )
    }

    func foreign(_ dataset: DatasetName) -> PloyzError {
        PloyzError(
            .foreignDataset,
            "the dataset \(dataset) was not made by ployz, or its ployz properties are not its own",
            state: "it was not touched",
            next: "rename it, or give the volume another name: zfs get -o all all \(dataset)"
        )
    }

    func missing(_ dataset: DatasetName) -> PloyzError {
        PloyzError(
            .volumeMissing,
            "the dataset \(dataset) does not exist on this machine",
            next: "zfs list -r \(layout.root)"
        )
    }
}
