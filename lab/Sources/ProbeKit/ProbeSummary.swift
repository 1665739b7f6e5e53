/// What a probe saw, printed as one JSON document when it ends.
package struct ProbeSummary: Codable, Equatable {
    package var identifier: String
    package var to: String
    package var started: String
    package var ended: String
    package var attempts = 0
    package var acknowledged = 0
    package var failedConnects = 0
    package var failedRequests = 0
    /// Failures by kind and errno, such as `connect ECONNREFUSED`.
    package var errors: [String: Int] = [:]
    /// The longest time between two acknowledgements that follow each other; 0 when there were fewer than two.
    package var longestGapMilliseconds = 0.0
    package var longestGapBegan: String?
    /// Acknowledged attempts that took more than 50 ms.
    package var held = 0
    /// The longest time that one attempt took, whether it was acknowledged or not.
    package var longestWaitMilliseconds = 0.0
    /// From the last acknowledgement to the end.
    package var silenceAtEndMilliseconds: Double?
    /// Sequence numbers of the first and the last acknowledged attempt.
    package var firstSequence: Int?
    package var lastSequence: Int?
    /// The ten longest gaps, longest first.
    package var gaps: [Gap] = []

    enum CodingKeys: String, CodingKey {
        case identifier = "id"
        case to, started, ended, attempts, acknowledged, held, errors, gaps
        case failedConnects = "failed_connects"
        case failedRequests = "failed_requests"
        case longestGapMilliseconds = "longest_gap_ms"
        case longestGapBegan = "longest_gap_began"
        case longestWaitMilliseconds = "longest_wait_ms"
        case silenceAtEndMilliseconds = "silence_at_end_ms"
        case firstSequence = "first_seq"
        case lastSequence = "last_seq"
    }

    package init(identifier: String, to: String, started: String) {
        self.identifier = identifier
        self.to = to
        self.started = started
        ended = started
    }

    /// Notes how long an attempt took, in milliseconds.
    package mutating func waited(_ wait: Double, isAcknowledged: Bool) {
        longestWaitMilliseconds = max(longestWaitMilliseconds, wait)
        if isAcknowledged, wait > 50 { held += 1 }
    }

    /// Counts an attempt that was not acknowledged.
    package mutating func count(_ failure: ProbeFailure) {
        if failure.isConnect { failedConnects += 1 } else { failedRequests += 1 }
        errors["\(failure)", default: 0] += 1
    }
}
