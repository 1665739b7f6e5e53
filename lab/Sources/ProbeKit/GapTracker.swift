/// Follows acknowledgements and remembers the gaps between them.
package struct GapTracker {
    /// How many of the longest are kept.
    private let kept = 10
    private var last: (monotonic: UInt64, wall: UInt64)?
    /// The longest, longest first.
    package private(set) var longest: [Gap] = []

    package init() {}

    /// Notes an acknowledgement.
    ///
    /// - Returns: the gap before it; nil for the first.
    package mutating func acknowledged(monotonic: UInt64, wall: UInt64) -> Gap? {
        defer { last = (monotonic, wall) }
        guard let last else { return nil }
        let gap = Gap(
            milliseconds: Milliseconds.rounded(monotonic - min(monotonic, last.monotonic)),
            began: Timestamp.text(wall: last.wall),
            beganWall: last.wall,
            beganMonotonic: last.monotonic
        )
        if let least = longest.last, longest.count == kept, gap.milliseconds <= least.milliseconds { return gap }
        let place = longest.firstIndex { $0.milliseconds < gap.milliseconds } ?? longest.endIndex
        longest.insert(gap, at: place)
        if longest.count > kept { longest.removeLast() }
        return gap
    }

    /// Milliseconds since the last acknowledgement; nil when there was none.
    package func silence(at monotonic: UInt64) -> Double? {
        last.map { Milliseconds.rounded(monotonic - min(monotonic, $0.monotonic)) }
    }
}

/// Milliseconds with two decimals.
package enum Milliseconds {
    package static func rounded(_ nanoseconds: UInt64) -> Double {
        (Double(nanoseconds) / 1e4).rounded() / 100
    }
}
