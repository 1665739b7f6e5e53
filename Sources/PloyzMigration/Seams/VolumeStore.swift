package import PloyzModel

/// The volumes of this machine: datasets below one root, each stamped with whose copy it is.
///
/// Contract:
/// - Nothing that does not carry our stamp is changed or destroyed; such a call throws ``PloyzError`` `foreign-dataset`.
/// - Every call may be repeated: creating what exists as asked, destroying what is gone, holding what is held succeed.
/// - Bases are known by GUID. Names only address a snapshot in the command that uses it.
/// - A dataset is created and kept `canmount=noauto`; only ``mount(_:)`` mounts it.
package protocol VolumeStore: Sendable {
    /// What the ZFS of this machine can do, probed once.
    func capability() async throws -> StorageCapability

    /// Space that a new dataset below the root could use.
    func availableSpace() async throws -> ByteCount

    /// The dataset of `volume`; nil when there is none of that name.
    func dataset(of volume: VolumeRef) async throws -> VolumeDataset?

    /// All datasets below the root that carry our stamp.
    func datasets() async throws -> [VolumeDataset]

    /// Creates an empty live volume, mounts it once to set the root directory's mode and owner, and leaves it unmounted.
    func create(_ spec: VolumeSpec, of volume: VolumeRef, stamp: DatasetStamp) async throws

    /// Limits what the volume itself refers to, snapshots not counted; nil takes the limit away.
    ///
    /// - Throws: ``PloyzError`` `quota-too-small` when it refers to more already; nothing is changed then.
    func setQuota(_ quota: Capacity?, of volume: VolumeRef) async throws

    /// Sets the stamp, as local properties.
    func setStamp(_ stamp: DatasetStamp) async throws

    /// The directory that containers bind: one *inside* the dataset, which does not exist when it is not mounted.
    func directory(of volume: VolumeRef) -> String

    /// Runs `body` while ``directory(of:)`` of each volume exists even where its dataset is not mounted: Docker checks
    /// a bind's source when a container is created, which is long before the last delta arrives. The stand-ins are
    /// removed again, so that Docker cannot *start* a container whose dataset is not mounted.
    func withPlaceholders(for volumes: [VolumeRef], _ body: @Sendable () async throws -> Void) async throws

    /// Mounts the volume's dataset where it always is on this machine.
    func mount(_ volume: VolumeRef) async throws

    /// Unmounts and verifies that no mount namespace of this machine still lists the dataset; otherwise throws
    /// `volume-busy` with the holders' names.
    func unmount(_ volume: VolumeRef) async throws

    /// Processes outside our containers whose mount namespace lists the dataset, as `name (pid)`; found before a stop.
    func foreignHolders(of volume: VolumeRef) async throws -> [String]

    /// The volume's snapshots, oldest first.
    func snapshots(of volume: VolumeRef) async throws -> [VolumeSnapshot]

    /// Takes a snapshot; one of that name that exists already is returned when nothing was written since.
    func snapshot(_ volume: VolumeRef, name: SnapshotName) async throws -> VolumeSnapshot

    /// Bytes written to the dataset since its newest snapshot.
    func written(_ volume: VolumeRef) async throws -> ByteCount

    /// Bytes that sending `snapshot` with `flags` would take, from `base` or in full when nil; `snapshot` nil means "as
    /// it is now".
    func estimate(
        _ volume: VolumeRef,
        from base: VolumeSnapshot?,
        to snapshot: VolumeSnapshot?,
        flags: [StreamFlag]
    ) async throws -> SizeEstimate

    /// - Throws: ``PloyzError`` `snapshot-gone` when there is no such snapshot.
    func hold(_ volume: VolumeRef, _ snapshot: SnapshotName, tag: HoldTag) async throws
    func release(_ volume: VolumeRef, _ snapshot: SnapshotName, tag: HoldTag) async throws

    /// Destroys a snapshot of ours that no hold keeps; one that is held by others or is gone is left, without error.
    func destroySnapshot(_ volume: VolumeRef, _ snapshot: VolumeSnapshot) async throws

    /// Takes an unmounted dataset back to its newest snapshot, which must have this GUID. Never destroys a snapshot.
    func rollback(_ volume: VolumeRef, to guid: UInt64) async throws

    /// Marks of snapshots that can be sent from although they are gone, oldest first; none where ZFS has no bookmarks.
    func bookmarks(of volume: VolumeRef) async throws -> [VolumeSnapshot]

    /// Makes a bookmark of a snapshot that a copy elsewhere has as its newest, where ZFS has bookmarks. It goes with the
    /// snapshot when that is destroyed by ``destroySnapshot(_:_:)``, and stays when somebody else destroys it.
    func keepBase(_ volume: VolumeRef, _ snapshot: VolumeSnapshot) async throws

    /// What a receive of the volume that was cut off has left, for a stream to go on from; nil when there is nothing.
    func partialReceive(of volume: VolumeRef) async throws -> PartialReceive?

    /// Throws what a receive that was cut off has left away. What had been there before it is kept.
    func discardPartial(of volume: VolumeRef) async throws

    /// Where a stream that begins with `token` goes on; nil when it cannot be sent from this machine's dataset of
    /// `volume`, whatever the token says.
    func resumePoint(of token: ResumeToken, for volume: VolumeRef) async throws -> ResumePoint?

    /// Properties that are set on the volume's dataset itself and that move with it.
    func settings(of volume: VolumeRef) async throws -> VolumeSettings

    /// Makes the dataset's settings these: sets what differs and takes back what is set and not among them. While more may
    /// be received its quotas are lifted, since they count what arrives.
    func apply(_ settings: VolumeSettings, to volume: VolumeRef, isReceiving: Bool) async throws

    /// Makes the key of an encrypted volume ready, so that the volume can be mounted now and after a boot, and checks that
    /// it is the right one; does nothing for others. The key itself is read by ZFS alone.
    ///
    /// - Parameter file: where the key lies on this machine; nil for where the dataset says.
    /// - Throws: ``PloyzError`` `key-not-loaded`.
    func loadKey(of volume: VolumeRef, from file: KeyFile?) async throws

    /// Whether this machine has a file there. Nobody looks into it.
    func hasKeyFile(_ file: KeyFile) -> Bool

    /// Moves a first, complete receive from the staging parent to the volume's name, stamped as told.
    func adoptReceived(_ volume: VolumeRef, spec: VolumeSpec, stamp: DatasetStamp) async throws

    /// Destroys what a receive of this operation left under the staging parent. What has its final name is kept.
    func discardStaging(_ volume: VolumeRef) async throws
}

/// A volume store without bookmarks, resumable receives, encryption and properties.
extension VolumeStore {
    package func bookmarks(of volume: VolumeRef) async throws -> [VolumeSnapshot] { [] }
    package func keepBase(_ volume: VolumeRef, _ snapshot: VolumeSnapshot) async throws {}
    package func partialReceive(of volume: VolumeRef) async throws -> PartialReceive? { nil }
    package func discardPartial(of volume: VolumeRef) async throws {}
    package func resumePoint(of token: ResumeToken, for volume: VolumeRef) async throws -> ResumePoint? { nil }
    package func settings(of volume: VolumeRef) async throws -> VolumeSettings { .none }
    package func apply(_ settings: VolumeSettings, to volume: VolumeRef, isReceiving: Bool) async throws {}
    package func loadKey(of volume: VolumeRef, from file: KeyFile?) async throws {}
    package func hasKeyFile(_ file: KeyFile) -> Bool { false }
}

/// A dataset below the root, as `zfs list` and `zfs get` show it.
package struct VolumeDataset: Hashable, Sendable, Codable {
    package let name: DatasetName
    /// nil when the dataset does not carry our stamp: it is not ours.
    package let stamp: DatasetStamp?
    package let isMounted: Bool
    /// What the dataset refers to.
    package let referenced: ByteCount
    /// What it and its snapshots use.
    package let used: ByteCount
    /// nil when it is not encrypted.
    package let encryption: VolumeEncryption?
    /// The snapshot that it is a clone of; nil for most.
    package let origin: String?

    package init(
        name: DatasetName,
        stamp: DatasetStamp?,
        isMounted: Bool,
        referenced: ByteCount,
        used: ByteCount,
        encryption: VolumeEncryption? = nil,
        origin: String? = nil
    ) {
        self.name = name
        self.stamp = stamp
        self.isMounted = isMounted
        self.referenced = referenced
        self.used = used
        self.encryption = encryption
        self.origin = origin
    }
}

/// A snapshot, or the bookmark of one.
package struct VolumeSnapshot: Hashable, Sendable, Codable {
    package let name: SnapshotName
    package let guid: UInt64
    /// Order of creation in the pool.
    package let creation: UInt64
    /// `true` or absent, as in entries of journals from before there were bookmarks.
    private let bookmark: Bool?

    /// Whether only the mark is left: it can be sent from, and nothing else.
    package var isBookmark: Bool { bookmark ?? false }

    package init(name: SnapshotName, guid: UInt64, creation: UInt64, isBookmark: Bool = false) {
        self.name = name
        self.guid = guid
        self.creation = creation
        bookmark = isBookmark ? true : nil
    }
}

package struct SizeEstimate: Hashable, Sendable, Codable {
    package enum Quality: String, Hashable, Sendable, Codable {
        /// `zfs send -nP`.
        case exact
        /// The last round's figure.
        case measured
        /// From `referenced` or `written`.
        case rough
    }

    package let bytes: ByteCount
    package let quality: Quality

    package init(bytes: ByteCount, quality: Quality) {
        self.bytes = bytes
        self.quality = quality
    }
}

/// Whose hold it is: `ployz:<operation>` on what an operation sends, while it runs; `ployz:previous` on what the next stream
/// between two copies begins with: the base of a way back, and what has arrived on a target.
package struct HoldTag: Hashable, Sendable, Codable {
    package let text: String

    package static let previous = HoldTag(text: "ployz:previous")

    package static func operation(_ id: OperationID) -> HoldTag { HoldTag(text: "ployz:\(id)") }

    private init(text: String) { self.text = text }
}
