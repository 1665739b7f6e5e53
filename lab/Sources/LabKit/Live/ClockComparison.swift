/// How a guest's monotonic clock stands to the host's, from questions and answers over its connection.
///
/// The guest read its clock at some moment between the question and the answer: the middle of the two is at most half
/// the time between them away from it.
struct ClockComparison {
    private struct Sample {
        /// Guest minus host, in nanoseconds.
        var offset: Int64
        /// How far off it may be.
        var error: Int64
    }

    /// The last ones: clocks drift, so an old one may not stand for ever.
    private var samples: [Sample] = []
    private static let kept = 20

    mutating func add(asked: UInt64, answered: UInt64, guest: UInt64) {
        let middle = asked / 2 + answered / 2
        samples.append(
            Sample(offset: Int64(guest) - Int64(middle), error: Int64(answered - min(asked, answered)) / 2)
        )
        if samples.count > Self.kept { samples.removeFirst() }
    }

    private var best: Sample? { samples.min { $0.error < $1.error } }

    /// Nil before the first answer.
    func host(_ guest: UInt64) -> UInt64? { best.map { UInt64(max(0, Int64(guest) - $0.offset)) } }

    /// Nanoseconds that a translated moment may be off.
    var error: UInt64 { UInt64(best?.error ?? 0) }
}
