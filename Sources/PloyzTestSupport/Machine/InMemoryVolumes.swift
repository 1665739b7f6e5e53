package import PloyzMigration
package import PloyzModel
import Synchronization

/// One acknowledged write, or the bulk that a volume began with.
package struct VolumeWrite: Hashable, Sendable {
    package let number: UInt64
    package let bytes: UInt64

    package init(number: UInt64, bytes: UInt64) {
        self.number = number
        self.bytes = bytes
    }
}

/// The datasets of one machine, with contents as lists of writes: what is lost can be seen.
package final class InMemoryVolumes: Sendable {
    package struct Snapshot: Hashable, Sendable {
        package var snapshot: VolumeSnapshot
        package var content: [VolumeWrite]
        package var holds: Set<HoldTag> = []
    }

    package struct Dataset: Hashable, Sendable {
        package var stamp: DatasetStamp?
        package var isMounted = false
        package var content: [VolumeWrite] = []
        package var snapshots: [Snapshot] = []
        package var quota: Capacity?

        package init(stamp: DatasetStamp? = nil, isMounted: Bool = false, content: [VolumeWrite] = []) {
            self.stamp = stamp
            self.isMounted = isMounted
            self.content = content
        }

        /// Bytes since the newest snapshot.
        var written: UInt64 {
            Self.bytes(content) - min(Self.bytes(content), Self.bytes(snapshots.last?.content ?? []))
        }

        static func bytes(_ content: [VolumeWrite]) -> UInt64 { content.reduce(0) { $0 + $1.bytes } }
    }

    struct State {
        var datasets: [VolumeRef: Dataset] = [:]
        /// First receives, not yet adopted.
        var staging: [VolumeRef: Dataset] = [:]
        /// Streams that were cut off.
        var parts: [VolumeRef: InMemoryPart] = [:]
        var holders: [VolumeRef: [String]] = [:]
        /// How names end whose snapshots are destroyed before they can be held.
        var pruned: Set<String> = []
        var missed: Set<String> = []
        /// So many more snapshots are destroyed before they can be held.
        var prunings = 0
        var stumbles: [VolumeRef: ErrorCode] = [:]
        var nextCreation: UInt64 = 1
        var nextGUID: UInt64
    }

    let state: Mutex<State>

    /// Whether what arrived of a stream that was cut off is kept.
    let keepsParts: Bool

    /// GUIDs of machine n begin at n·10⁶, so that no two machines make the same one.
    package init(machine: Int, keepsParts: Bool = false) {
        self.keepsParts = keepsParts
        state = Mutex(State(nextGUID: UInt64(machine) * 1_000_000))
    }

    package subscript(volume: VolumeRef) -> Dataset? {
        get { state.withLock { $0.datasets[volume] } }
        set { state.withLock { $0.datasets[volume] = newValue } }
    }

    /// Volumes of which something is here, and whether it is whole: a first receive that nobody took up is not.
    var names: (whole: [VolumeRef], staged: [VolumeRef]) {
        state.withLock { ($0.datasets.keys.sorted(), $0.staging.keys.sorted()) }
    }

    package func setHolders(_ holders: [String], of volume: VolumeRef) {
        state.withLock { $0.holders[volume] = holders }
    }

    /// A process writes to the mounted dataset; false when there is none.
    package func append(_ write: VolumeWrite, to volume: VolumeRef) -> Bool {
        state.withLock { state in
            guard state.datasets[volume]?.isMounted == true else { return false }
            state.datasets[volume]?.content.append(write)
            return true
        }
    }

    func copy(from other: InMemoryVolumes) {
        let state = other.state.withLock { $0 }
        self.state.withLock { $0 = state }
    }

    /// Writes behind the back of whoever unmounted the dataset.
    func leak(_ write: VolumeWrite, to volume: VolumeRef) {
        state.withLock { $0.datasets[volume]?.content.append(write) }
    }

    /// A snapshot that somebody else made.
    package func addForeignSnapshot(_ name: String, of volume: VolumeRef) throws {
        let name = try SnapshotName(name)
        state.withLock { state in _ = state.takeSnapshot(name, of: volume) }
    }

    /// Somebody destroys the snapshots whose names end so, each just before it can be held.
    package func prune(_ suffix: String) { state.withLock { state in _ = state.pruned.insert(suffix) } }

    /// The first hold of a snapshot whose name ends so fails, and somebody destroys it before the second.
    package func missHold(_ suffix: String) { state.withLock { state in _ = state.missed.insert(suffix) } }

    /// Somebody destroys the next snapshots, each just before it can be held.
    package func pruneNext(_ count: Int) { state.withLock { $0.prunings = count } }

    func powerOff() {
        state.withLock { state in
            for volume in state.datasets.keys { state.datasets[volume]?.isMounted = false }
        }
    }

    // MARK: Streams

    /// What a stream from `base` to `snapshot` carries; throws when a snapshot is gone.
    func read(_ stream: VolumeStream) throws -> (content: [VolumeWrite], bytes: ByteCount) {
        try state.withLock { state in
            let snapshots = state.datasets[stream.volume]?.snapshots ?? []
            guard let to = snapshots.first(where: { $0.snapshot.guid == stream.snapshot.guid }) else {
                throw PloyzError(.failed, "no snapshot \(stream.snapshot.name) of \(stream.volume) to send")
            }
            guard let base = stream.base else { return (to.content, ByteCount(Dataset.bytes(to.content))) }
            guard let from = snapshots.first(where: { $0.snapshot.guid == base.guid }) else {
                throw PloyzError(.failed, "no snapshot \(base.name) of \(stream.volume) to start from")
            }
            let (whole, known) = (Dataset.bytes(to.content), Dataset.bytes(from.content))
            let delta = whole - min(whole, known)
            return (to.content, ByteCount(delta + 512))
        }
    }

    /// As `zfs receive` does it: in full only where nothing is, incremental only onto an untouched newest base. What arrives
    /// before the last round is held, as by the daemon.
    func receive(_ stream: VolumeStream, content: [VolumeWrite], isLast: Bool) throws {
        try state.withLock { state in
            if let part = state.parts[stream.volume] {
                guard stream.resume == part.token else {
                    throw PloyzError(.failed, "destination \(stream.volume) contains partially-complete state")
                }
                state.parts[stream.volume] = nil
            }
            var arrived = state.received(stream, content)
            if !isLast { arrived.holds = [.previous] }
            guard let base = stream.base else {
                guard state.datasets[stream.volume] == nil, state.staging[stream.volume] == nil else {
                    throw PloyzError(.failed, "destination '\(stream.volume)' exists")
                }
                var dataset = Dataset()
                dataset.content = content
                dataset.snapshots = [arrived]
                state.staging[stream.volume] = dataset
                return
            }
            guard var dataset = state.datasets[stream.volume], !dataset.isMounted,
                let newest = dataset.snapshots.last, newest.snapshot.guid == base.guid
            else {
                throw PloyzError(.failed, "most recent snapshot of \(stream.volume) does not match incremental source")
            }
            guard dataset.content == newest.content else {
                throw PloyzError(.failed, "destination \(stream.volume) has been modified since most recent snapshot")
            }
            dataset.content = content
            if !base.name.isOurs { dataset.snapshots[dataset.snapshots.count - 1].holds.remove(.previous) }
            dataset.snapshots.append(arrived)
            state.datasets[stream.volume] = dataset
        }
    }
}

extension InMemoryVolumes.State {
    mutating func takeSnapshot(_ name: SnapshotName, of volume: VolumeRef) -> VolumeSnapshot? {
        guard let dataset = datasets[volume] else { return nil }
        nextGUID += 1
        nextCreation += 1
        let snapshot = VolumeSnapshot(name: name, guid: nextGUID, creation: nextCreation)
        datasets[volume]?.snapshots.append(.init(snapshot: snapshot, content: dataset.content))
        return snapshot
    }

    /// The same GUID as on the source, and an order of creation of this pool's own.
    mutating func received(_ stream: VolumeStream, _ content: [VolumeWrite]) -> InMemoryVolumes.Snapshot {
        nextCreation += 1
        let name = stream.snapshot.name
        let snapshot = VolumeSnapshot(name: name, guid: stream.snapshot.guid, creation: nextCreation)
        return .init(snapshot: snapshot, content: content)
    }
}
