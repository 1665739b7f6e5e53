package import PloyzModel

/// The parts of the time in which the workload does not answer, in their order.
package enum DowntimePart: String, Hashable, Sendable, Codable, CaseIterable {
    /// From the stop signal until the last process is gone.
    case stop
    /// Unmounting and the proof that nothing writes any more.
    case fence
    /// The last snapshot and what changed since the one before, all volumes side by side.
    case delta
    /// Mounting on the target and starting the candidate.
    case start
    /// Until the candidate's readiness probe succeeds.
    case readiness
    /// The one transaction.
    case commit
    /// Until the address answers on the target.
    case `switch`
}

/// One value for each ``DowntimePart``: a prediction or a measurement.
package struct DowntimeParts<Value: Hashable & Sendable & Codable>: Hashable, Sendable, Codable {
    package var stop: Value
    package var fence: Value
    package var delta: Value
    package var start: Value
    package var readiness: Value
    package var commit: Value
    package var `switch`: Value

    package init(all value: Value) {
        stop = value
        fence = value
        delta = value
        start = value
        readiness = value
        commit = value
        `switch` = value
    }

    package subscript(part: DowntimePart) -> Value {
        get { self[keyPath: Self.path(part)] }
        set { self[keyPath: Self.path(part)] = newValue }
    }

    private static func path(_ part: DowntimePart) -> WritableKeyPath<Self, Value> {
        switch part {
        case .stop: \.stop
        case .fence: \.fence
        case .delta: \.delta
        case .start: \.start
        case .readiness: \.readiness
        case .commit: \.commit
        case .switch: \.switch
        }
    }
}

/// A span of time and how good it is.
package struct TimeEstimate: Hashable, Sendable, Codable {
    package let time: Microseconds
    package let quality: SizeEstimate.Quality

    package init(_ time: Microseconds, _ quality: SizeEstimate.Quality) {
        self.time = time
        self.quality = quality
    }
}

extension SizeEstimate.Quality: CaseIterable, Comparable {
    package static var allCases: [Self] { [.rough, .measured, .exact] }

    /// A sum is as good as its worst part.
    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .rough: 0
        case .measured: 1
        case .exact: 2
        }
    }
}

extension DowntimeParts<TimeEstimate> {
    /// The sum of the parts, as good as the worst of them.
    package var total: TimeEstimate {
        DowntimePart.allCases.reduce(TimeEstimate(.zero, .exact)) { sum, part in
            TimeEstimate(sum.time + self[part].time, min(sum.quality, self[part].quality))
        }
    }
}

extension DowntimeParts<Microseconds?> {
    /// The sum of the parts that were measured.
    package var total: Microseconds {
        DowntimePart.allCases.reduce(.zero) { $0 + (self[$1] ?? .zero) }
    }
}
