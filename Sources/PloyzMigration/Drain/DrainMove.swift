package import PloyzModel

/// One migration unit in a drain: where it goes, what that takes, and what has become of it.
package struct DrainMove: Hashable, Sendable, Codable {
    package enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// Its turn has not come.
        case waiting
        case running
        /// It runs on ``DrainMove/to``.
        case moved
        /// It was tried, and runs where it was; ``DrainMove/error`` says why.
        case failed
        /// It cannot be moved and was not tried; ``DrainMove/error`` says why.
        case stays
        /// It was removed, or moved by somebody else; ``DrainMove/note`` says so.
        case gone
        /// The drain was ended before its turn.
        case left
    }

    /// The first of the unit, which migrations are asked for by.
    package let instance: InstanceRef
    /// Every instance that moves, ``instance`` first.
    package let members: [InstanceRef]
    package let volumes: [VolumeRef]
    package var from: MachinePlace
    /// nil when no machine takes it.
    package var to: MachinePlace?
    /// What its volumes refer to.
    package var size: ByteCount
    /// What the target is counted on for; other drains leave it that much.
    package var claim: ByteCount
    /// Everything that crosses the network: volumes and images.
    package var bytes: SizeEstimate
    package var time: TimeEstimate
    package var downtime: TimeEstimate
    package var state: State
    /// The migration that carries it, from when that is known.
    package var operation: OperationID?
    /// Targets that could not take it.
    package var tried: [MachinePlace]
    /// How often it was begun, or asked for, in vain for a reason that passes.
    package var setbacks: Int
    /// What was sent; nil until it has moved.
    package var sent: ByteCount?
    package var measuredTime: Microseconds?
    /// nil until it has moved, and when it never stood still.
    package var measuredDowntime: Microseconds?
    package var error: PloyzError?
    package var note: String?

    package init(
        instance: InstanceRef,
        members: [InstanceRef],
        volumes: [VolumeRef],
        from: MachinePlace,
        to: MachinePlace?,
        size: ByteCount = .zero,
        claim: ByteCount = .zero,
        bytes: SizeEstimate = SizeEstimate(bytes: .zero, quality: .exact),
        time: TimeEstimate = TimeEstimate(.zero, .exact),
        downtime: TimeEstimate = TimeEstimate(.zero, .exact),
        state: State = .waiting,
        error: PloyzError? = nil,
        note: String? = nil
    ) {
        self.instance = instance
        self.members = members
        self.volumes = volumes
        self.from = from
        self.to = to
        self.size = size
        self.claim = claim
        self.bytes = bytes
        self.time = time
        self.downtime = downtime
        self.state = state
        self.operation = nil
        self.tried = []
        self.setbacks = 0
        self.sent = nil
        self.measuredTime = nil
        self.measuredDowntime = nil
        self.error = error
        self.note = note
    }

    package var services: Set<ServiceRef> { Set(members.map(\.service)) }

    /// Whether the drain still has something to do with it.
    package var isOpen: Bool { state == .waiting || state == .running }

    /// Whether the drain has ended with the unit where it should not be.
    package var isMissed: Bool { [.failed, .stays, .left].contains(state) }

    /// The same unit on its way home, or a unit that did not come home as one that is still away.
    package var reversed: DrainMove? {
        guard let to else { return nil }
        return DrainMove(instance: instance, members: members, volumes: volumes, from: to, to: from, size: size)
    }
}
