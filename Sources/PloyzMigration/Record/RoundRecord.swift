package import PloyzModel

/// One stream of one volume that arrived.
package struct RoundRecord: Hashable, Sendable, Codable {
    package let volume: VolumeRef
    /// 1 and up; each volume counts its own.
    package let number: Int
    /// nil for a full send.
    package let base: VolumeSnapshot?
    package let snapshot: VolumeSnapshot
    /// What the target says it received.
    package let bytes: ByteCount
    package let time: Microseconds
    /// Whether it was sent while the workload was stopped.
    package let isLast: Bool

    package init(
        volume: VolumeRef,
        number: Int,
        base: VolumeSnapshot?,
        snapshot: VolumeSnapshot,
        bytes: ByteCount,
        time: Microseconds,
        isLast: Bool
    ) {
        self.volume = volume
        self.number = number
        self.base = base
        self.snapshot = snapshot
        self.bytes = bytes
        self.time = time
        self.isLast = isLast
    }
}
