import PloyzModel

/// Whether another round of copying pays while the workload runs. Pure.
struct PreCopyPolicy: Hashable, Sendable {
    /// One round of all volumes, side by side.
    struct Round: Hashable, Sendable {
        /// Of the volume that took longest.
        let bytes: ByteCount
        let time: Microseconds
        /// From this round's snapshots to the moment of the decision: the age of what the last delta will carry.
        let age: Microseconds
        /// Written to the volumes since this round's snapshots, as the pool tells it; unsynced writes are missing.
        let written: ByteCount
        let isFull: Bool
    }

    enum Verdict: Hashable, Sendable {
        case another
        /// The last delta is expected to have so many bytes.
        case cutOver(ByteCount)
    }

    let maxRounds: Int
    /// Bytes in a second, when no round was large enough to tell.
    let throughput: Double

    /// A last delta that takes less than this, beside its fixed cost, is not worth another round.
    static let worthwhile: Double = 0.020

    /// What to do after `rounds`.
    ///
    /// A second round is always made: only a delta between two snapshots tells how fast the volumes are written to,
    /// and it makes the last one small.
    func verdict(after rounds: [Round]) -> Verdict {
        let expected = expectedDelta(after: rounds)
        guard rounds.count < maxRounds else { return .cutOver(expected) }
        guard rounds.count >= 2 else { return .another }
        let moving = Double(expected.bytes) / rate(rounds)
        guard moving > Self.worthwhile else { return .cutOver(expected) }
        // The next delta is what is written while this one is sent. Below three quarters, it still shrinks.
        let next = writing(rounds) * (moving + Self.worthwhile) / rate(rounds)
        return next < moving * 0.75 ? .another : .cutOver(expected)
    }

    /// Bytes of the last delta, if the workload stopped now.
    func expectedDelta(after rounds: [Round]) -> ByteCount {
        guard let latest = rounds.last else { return .zero }
        let written = writing(rounds) * Double(latest.age.count) / 1_000_000
        return max(latest.written, ByteCount(UInt64(min(written, 1e18))))
    }

    /// Bytes written in a second, from the last round that was a delta.
    private func writing(_ rounds: [Round]) -> Double {
        guard let latest = rounds.last, !latest.isFull, rounds.count >= 2 else { return 0 }
        // The delta of the last round was written while the round before it was being sent.
        let interval = rounds[rounds.count - 2].age
        return interval.count > 0 ? Double(latest.bytes.bytes) / Double(interval.count) * 1_000_000 : 0
    }

    /// Bytes sent in a second.
    func rate(_ rounds: [Round]) -> Double {
        let large = rounds.last { $0.bytes >= .mebibytes(8) && $0.time.count > 0 }
        return large.map { Double($0.bytes.bytes) / Double($0.time.count) * 1_000_000 } ?? throughput
    }
}
