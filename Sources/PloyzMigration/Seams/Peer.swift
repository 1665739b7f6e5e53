package import PloyzModel

/// The target's daemon as the owner of a migration sees it. The target only obeys.
///
/// Every call carries the operation and the attempt. A call for an attempt that the target has discarded is refused
/// with `discarded`, for ever: a late message cannot start anything.
package protocol Peer: Sendable {
    /// What the plan must know of the target. Changes nothing.
    func facts(_ question: TargetQuestion) async throws -> TargetFacts

    /// Sandboxes up and sealed, workload containers created, staging ready. May be repeated.
    func prepare(_ request: PrepareRequest) async throws

    /// A ticket for one stream of a volume, or of an image.
    func ticket(_ request: TicketRequest) async throws -> TransferTicket

    /// After a volume's first complete receive: it takes its final name, stamped `incoming`.
    func adopt(_ request: AdoptRequest) async throws

    /// Mounts the volumes at the snapshots named, starts the sealed candidates, waits until they are ready and writes
    /// the candidate key. Returns with the candidate ready, or throws with nothing running.
    func start(_ request: StartRequest) async throws -> StartReport

    /// The operation is committed. The first call unseals and returns as soon as the address answers; the second stamps
    /// the volumes live. May be repeated.
    func settle(_ request: SettleRequest) async throws

    /// Durable tombstone for the attempt, candidate key deleted, candidates stopped and removed, volumes unmounted and
    /// taken back to their received snapshot. What was received stays as the base of the next try.
    func discard(_ request: DiscardRequest) async throws

    /// Reads the records of these addresses and applies them, at once: what the machine does by itself when its watch
    /// tells. Any machine is asked, not only the target. May be repeated.
    func follow(_ request: FollowRequest) async throws
}

package struct FollowRequest: Hashable, Sendable, Codable {
    package let addresses: [IPv4Address]

    /// The most addresses of one request: each is a read of the store. A unit has a few.
    package static let limit = 1000

    package init(addresses: [IPv4Address]) { self.addresses = addresses }
}

/// An operation and its attempt: the pair that the target accepts or refuses.
package struct AttemptID: Hashable, Sendable, Codable, CustomStringConvertible {
    package let operation: OperationID
    /// 1 or more; grows with each run of the operation after an abort.
    package let attempt: Int

    package init(operation: OperationID, attempt: Int) {
        self.operation = operation
        self.attempt = attempt
    }

    package var description: String { "\(operation)#\(attempt)" }
}

/// Everything that moves together.
package struct MigrationUnit: Hashable, Sendable, Codable {
    package struct Member: Hashable, Sendable, Codable {
        package let instance: InstanceRecord
        package let service: ServiceRecord

        package init(instance: InstanceRecord, service: ServiceRecord) {
            self.instance = instance
            self.service = service
        }
    }

    /// The instance that was asked for first, then those that share a volume with it.
    package let members: [Member]
    package let volumes: [VolumeRecord]

    package init(members: [Member], volumes: [VolumeRecord]) {
        self.members = members
        self.volumes = volumes
    }

    /// Where the members are reached.
    package var addresses: [IPv4Address] { members.map(\.instance.address) }

    /// Whether the unit has no volume: it then starts on the target before it stops on the source.
    package var isStateless: Bool { volumes.isEmpty }
}

package struct TargetQuestion: Hashable, Sendable, Codable {
    package let unit: MigrationUnit
    /// Where the source has the keys of encrypted volumes: the target needs a file there too.
    package let keys: [VolumeRef: KeyFile]?

    package init(unit: MigrationUnit, keys: [VolumeRef: KeyFile]? = nil) {
        self.unit = unit
        self.keys = keys
    }
}

package struct TargetFacts: Hashable, Sendable, Codable {
    package struct Volume: Hashable, Sendable, Codable {
        package let volume: VolumeRef
        /// nil when the target has no dataset of that name.
        package let dataset: VolumeDataset?
        package let snapshots: [VolumeSnapshot]
        /// What a stream that was cut off has left.
        package let partial: PartialReceive?
        /// Whether the key's file that was asked for is there; nil when none was.
        package let hasKeyFile: Bool?

        package init(
            volume: VolumeRef,
            dataset: VolumeDataset?,
            snapshots: [VolumeSnapshot],
            partial: PartialReceive? = nil,
            hasKeyFile: Bool? = nil
        ) {
            self.volume = volume
            self.dataset = dataset
            self.snapshots = snapshots
            self.partial = partial
            self.hasKeyFile = hasKeyFile
        }
    }

    /// nil when the target has no ZFS.
    package let storage: StorageCapability?
    package let availableSpace: ByteCount
    package let volumes: [Volume]
    /// Image IDs of the unit that the target lacks.
    package let missingImages: [String]
    /// Published ports of the unit on which something foreign listens.
    package let foreignListeners: [PublishedPort]
    /// `uname -m`.
    package let architecture: String
    /// Containers or addresses of the unit that exist on the target and are not of this migration, in words.
    package let obstacles: [String]

    package init(
        storage: StorageCapability?,
        availableSpace: ByteCount,
        volumes: [Volume],
        missingImages: [String],
        foreignListeners: [PublishedPort],
        architecture: String,
        obstacles: [String]
    ) {
        self.storage = storage
        self.availableSpace = availableSpace
        self.volumes = volumes
        self.missingImages = missingImages
        self.foreignListeners = foreignListeners
        self.architecture = architecture
        self.obstacles = obstacles
    }
}

package struct PrepareRequest: Hashable, Sendable, Codable {
    package let id: AttemptID
    package let source: MachineID
    package let unit: MigrationUnit
    /// For each volume that the target has a copy of, the GUID of the snapshot that streams will start from. The copy
    /// is taken back to it; a volume that is missing here arrives in full.
    package let bases: [VolumeRef: UInt64]
    /// What the copies are set to before they are mounted; absent for volumes of which nothing is carried.
    package let settings: [VolumeRef: VolumeSettings]?
    /// Where the keys of encrypted volumes lie.
    package let keys: [VolumeRef: KeyFile]?
    /// Volumes of which a stream that was cut off will go on: what has arrived of it is kept.
    package let resuming: [VolumeRef]?

    package init(
        id: AttemptID,
        source: MachineID,
        unit: MigrationUnit,
        bases: [VolumeRef: UInt64],
        settings: [VolumeRef: VolumeSettings]? = nil,
        keys: [VolumeRef: KeyFile]? = nil,
        resuming: [VolumeRef]? = nil
    ) {
        self.id = id
        self.source = source
        self.unit = unit
        self.bases = bases
        self.settings = settings
        self.keys = keys
        self.resuming = resuming
    }
}

package struct TicketRequest: Hashable, Sendable, Codable {
    package enum Content: Hashable, Sendable, Codable {
        case volume(VolumeStream)
        case image(String)
    }

    package let id: AttemptID
    package let content: Content
    /// Whether what the target has of the stream is thrown away, because it does not fit.
    package let startsAnew: Bool?

    package init(id: AttemptID, content: Content, startsAnew: Bool? = nil) {
        self.id = id
        self.content = content
        self.startsAnew = startsAnew
    }
}

package struct AdoptRequest: Hashable, Sendable, Codable {
    package let id: AttemptID
    package let volume: VolumeRef
    package let guid: UInt64

    package init(id: AttemptID, volume: VolumeRef, guid: UInt64) {
        self.id = id
        self.volume = volume
        self.guid = guid
    }
}

package struct StartRequest: Hashable, Sendable, Codable {
    package let id: AttemptID
    /// The snapshot that each volume must stand at, by GUID.
    package let snapshots: [VolumeRef: UInt64]

    package init(id: AttemptID, snapshots: [VolumeRef: UInt64]) {
        self.id = id
        self.snapshots = snapshots
    }
}

/// How long the parts of a start took on the target.
package struct StartReport: Hashable, Sendable, Codable {
    package let mount: Microseconds
    package let start: Microseconds
    package let readiness: Microseconds

    package init(mount: Microseconds, start: Microseconds, readiness: Microseconds) {
        self.mount = mount
        self.start = start
        self.readiness = readiness
    }
}

package struct SettleRequest: Hashable, Sendable, Codable {
    package let id: AttemptID

    package init(id: AttemptID) { self.id = id }
}

package struct DiscardRequest: Hashable, Sendable, Codable {
    package let id: AttemptID

    package init(id: AttemptID) { self.id = id }
}
