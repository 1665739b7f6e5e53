package import PloyzMigration
package import PloyzModel
import Synchronization

/// ``VolumeStore`` over ``InMemoryVolumes``: the reference of its contract.
package struct InMemoryVolumeStore: VolumeStore {
    private let volumes: InMemoryVolumes
    private let machine: String
    private let faults: FaultInjector
    private let root: DatasetName
    private let space: ByteCount
    /// Whether a running workload has the volume open.
    private let isOpen: @Sendable (VolumeRef) -> Bool

    package init(
        _ volumes: InMemoryVolumes,
        machine: String,
        faults: FaultInjector,
        root: DatasetName,
        space: ByteCount,
        isOpen: @escaping @Sendable (VolumeRef) -> Bool
    ) {
        self.volumes = volumes
        self.machine = machine
        self.faults = faults
        self.root = root
        self.space = space
        self.isOpen = isOpen
    }

    private func call<Value: Sendable>(
        _ name: String,
        _ volume: VolumeRef? = nil,
        cost: Duration = .milliseconds(10),
        _ body: @escaping @Sendable (inout InMemoryVolumes.State) throws -> Value
    ) async throws -> Value {
        let subject = volume?.description
        return try await faults.call(machine, "volumes.\(name)", subject ?? "", cost: cost, order: subject) {
            try volumes.state.withLock { try body(&$0) }
        }
    }

    package func capability() async throws -> StorageCapability {
        let parts: Set<StorageFeature> = volumes.keepsParts ? [.receiveResume] : []
        return StorageCapability(root: root, implementation: "in memory", features: parts.union([.sendSize]))
    }

    package func availableSpace() async throws -> ByteCount { try await call("availableSpace") { _ in space } }

    package func dataset(of volume: VolumeRef) async throws -> VolumeDataset? {
        try await call("dataset", volume) { state in
            try state.datasets[volume].map { try describe($0, volume) }
        }
    }

    package func datasets() async throws -> [VolumeDataset] {
        try await call("datasets") { state in
            try state.datasets.filter { $0.value.stamp != nil }.sorted { $0.key < $1.key }
                .map { try describe($0.value, $0.key) }
        }
    }

    private func describe(_ dataset: InMemoryVolumes.Dataset, _ volume: VolumeRef) throws -> VolumeDataset {
        let bytes = ByteCount(InMemoryVolumes.Dataset.bytes(dataset.content))
        return VolumeDataset(
            name: try root.appending(volume.description),
            stamp: dataset.stamp,
            isMounted: dataset.isMounted,
            referenced: bytes,
            used: bytes
        )
    }

    package func create(_ spec: VolumeSpec, of volume: VolumeRef, stamp: DatasetStamp) async throws {
        try await call("create", volume) { state in
            guard let existing = state.datasets[volume] else {
                state.datasets[volume] = InMemoryVolumes.Dataset(stamp: stamp)
                state.datasets[volume]?.quota = spec.quota
                return
            }
            guard existing.stamp != nil else { throw Self.foreign(volume) }
        }
    }

    package func setQuota(_ quota: Capacity?, of volume: VolumeRef) async throws {
        try await call("setQuota", volume) { state in
            try Self.change(volume, in: &state) { dataset in
                if let quota, quota.bytes < InMemoryVolumes.Dataset.bytes(dataset.content) {
                    throw PloyzError(.quotaTooSmall, "\(volume) has more in it than \(quota)")
                }
                dataset.quota = quota
            }
        }
    }

    package func setStamp(_ stamp: DatasetStamp) async throws {
        try await call("setStamp", stamp.volume) { state in
            try Self.change(stamp.volume, in: &state) { $0.stamp = stamp }
        }
    }

    package func directory(of volume: VolumeRef) -> String { "/volumes/\(volume)/data" }

    package func withPlaceholders(for volumes: [VolumeRef], _ body: @Sendable () async throws -> Void) async throws {
        try await faults.call(machine, "volumes.withPlaceholders", cost: .milliseconds(1)) {}
        try await body()
    }

    package func mount(_ volume: VolumeRef) async throws {
        try await call("mount", volume) { state in try Self.change(volume, in: &state) { $0.isMounted = true } }
    }

    package func unmount(_ volume: VolumeRef) async throws {
        try await call("unmount", volume) { state in
            guard !isOpen(volume) else {
                throw PloyzError(.foreignHolder, "\(volume) is busy: the workload has it open")
            }
            if let holders = state.holders[volume], !holders.isEmpty {
                throw PloyzError(.foreignHolder, "\(volume) is busy: \(holders.joined(separator: ", "))")
            }
            try Self.change(volume, in: &state) { $0.isMounted = false }
        }
    }

    package func foreignHolders(of volume: VolumeRef) async throws -> [String] {
        try await call("foreignHolders", volume) { $0.holders[volume] ?? [] }
    }

    package func snapshots(of volume: VolumeRef) async throws -> [VolumeSnapshot] {
        try await call("snapshots", volume) { $0.datasets[volume]?.snapshots.map(\.snapshot) ?? [] }
    }

    package func snapshot(_ volume: VolumeRef, name: SnapshotName) async throws -> VolumeSnapshot {
        try await call("snapshot", volume) { state in
            guard let dataset = state.datasets[volume], dataset.stamp != nil else { throw Self.foreign(volume) }
            if let existing = dataset.snapshots.first(where: { $0.snapshot.name == name }) {
                guard existing.content == dataset.content else {
                    throw PloyzError(.failed, "\(volume)@\(name) exists, and there were writes since")
                }
                return existing.snapshot
            }
            guard let taken = state.takeSnapshot(name, of: volume) else { throw Self.foreign(volume) }
            return taken
        }
    }

    package func written(_ volume: VolumeRef) async throws -> ByteCount {
        try await call("written", volume) { ByteCount($0.datasets[volume]?.written ?? 0) }
    }

    package func estimate(
        _ volume: VolumeRef,
        from base: VolumeSnapshot?,
        to snapshot: VolumeSnapshot?,
        flags: [StreamFlag]
    ) async throws -> SizeEstimate {
        try await call("estimate", volume) { state in
            let dataset = state.datasets[volume]
            let find = { (guid: UInt64) in dataset?.snapshots.first { $0.snapshot.guid == guid }?.content ?? [] }
            let to = snapshot.map { find($0.guid) } ?? dataset?.content ?? []
            let from = base.map { find($0.guid) } ?? []
            let (whole, known) = (InMemoryVolumes.Dataset.bytes(to), InMemoryVolumes.Dataset.bytes(from))
            return SizeEstimate(bytes: ByteCount(whole - min(whole, known)), quality: .exact)
        }
    }

    package func hold(_ volume: VolumeRef, _ snapshot: SnapshotName, tag: HoldTag) async throws {
        try await call("hold", volume) { state in
            if let missed = state.missed.first(where: snapshot.text.hasSuffix) {
                state.missed.remove(missed)
                state.pruned.insert(missed)
                throw PloyzError(.failed, "\(volume)@\(snapshot) was not held in time")
            }
            if state.prunings > 0 || state.pruned.contains(where: snapshot.text.hasSuffix) {
                state.prunings -= state.prunings > 0 ? 1 : 0
                state.datasets[volume]?.snapshots.removeAll { $0.snapshot.name == snapshot && $0.holds.isEmpty }
            }
            let snapshots = state.datasets[volume]?.snapshots ?? []
            guard let index = snapshots.firstIndex(where: { $0.snapshot.name == snapshot }) else {
                throw PloyzError(.snapshotGone, "no snapshot \(snapshot) of \(volume) to hold")
            }
            state.datasets[volume]?.snapshots[index].holds.insert(tag)
        }
    }

    package func release(_ volume: VolumeRef, _ snapshot: SnapshotName, tag: HoldTag) async throws {
        try await call("release", volume) { state in
            let snapshots = state.datasets[volume]?.snapshots ?? []
            guard let index = snapshots.firstIndex(where: { $0.snapshot.name == snapshot }) else { return }
            state.datasets[volume]?.snapshots[index].holds.remove(tag)
        }
    }

    package func destroySnapshot(_ volume: VolumeRef, _ snapshot: VolumeSnapshot) async throws {
        try await call("destroySnapshot", volume) { state in
            state.datasets[volume]?.snapshots.removeAll {
                $0.snapshot.guid == snapshot.guid && $0.holds.isEmpty
            }
        }
    }

    package func rollback(_ volume: VolumeRef, to guid: UInt64) async throws {
        try await call("rollback", volume) { state in
            try Self.change(volume, in: &state) { dataset in
                guard let newest = dataset.snapshots.last, newest.snapshot.guid == guid, !dataset.isMounted else {
                    throw PloyzError(
                        .failed,
                        "\(volume) cannot be taken back to \(guid): it is not the newest snapshot"
                    )
                }
                dataset.content = newest.content
            }
        }
    }

    package func adoptReceived(_ volume: VolumeRef, spec: VolumeSpec, stamp: DatasetStamp) async throws {
        try await call("adoptReceived", volume) { state in
            if var received = state.staging.removeValue(forKey: volume) {
                guard state.datasets[volume] == nil else { throw Self.foreign(volume) }
                received.stamp = stamp
                state.datasets[volume] = received
            }
            // Adopted before, by a call whose answer was lost.
            try Self.change(volume, in: &state) { $0.stamp = stamp }
        }
    }

    package func discardStaging(_ volume: VolumeRef) async throws {
        try await call("discardStaging", volume) { state in
            state.staging[volume] = nil
            if state.datasets[volume] == nil { state.parts[volume] = nil }
        }
    }

    package func partialReceive(of volume: VolumeRef) async throws -> PartialReceive? {
        guard volumes.keepsParts else { return nil }
        return try await call("partialReceive", volume) { state in
            state.parts[volume].map { PartialReceive(token: $0.token, bytes: $0.arrived) }
        }
    }

    package func discardPartial(of volume: VolumeRef) async throws {
        guard volumes.keepsParts else { return }
        try await call("discardPartial", volume) { $0.parts[volume] = nil }
    }

    package func resumePoint(of token: ResumeToken, for volume: VolumeRef) async throws -> ResumePoint? {
        try await call("resumePoint", volume) { state in
            guard let part = InMemoryPart(token),
                state.datasets[volume]?.snapshots.contains(where: { $0.snapshot.guid == part.guid }) == true
            else { return nil }
            let position = StreamPosition(object: 1, offset: part.arrived.bytes)
            return ResumePoint(guid: part.guid, base: part.base, bytes: part.left, position: position, isRaw: false)
        }
    }

    private static func change(
        _ volume: VolumeRef,
        in state: inout InMemoryVolumes.State,
        _ body: (inout InMemoryVolumes.Dataset) throws -> Void
    ) throws {
        guard var dataset = state.datasets[volume], dataset.stamp != nil else { throw foreign(volume) }
        try body(&dataset)
        state.datasets[volume] = dataset
    }

    private static func foreign(_ volume: VolumeRef) -> PloyzError {
        PloyzError(.foreignDatasetOnTarget, "the dataset of \(volume) is not ours")
    }
}
