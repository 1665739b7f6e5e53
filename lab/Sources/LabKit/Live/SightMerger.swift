/// Puts what machines report about themselves into one order, by the host's clock.
struct SightMerger {
    /// A state that a machine came to.
    struct Change: Equatable {
        var machine: String
        var state: LiveState
        /// Nanoseconds of the host's clock.
        var moment: UInt64
        /// How far off that may be.
        var error: UInt64
    }

    private var waiting: [Change] = []
    private var states: [String: LiveState]
    /// Until when each machine's state is known.
    private var known: [String: UInt64] = [:]

    init(machines: [String]) {
        states = Dictionary(uniqueKeysWithValues: machines.map { ($0, .absent) })
    }

    /// Two reports this close to each other are not told apart beyond what their clocks may be off.
    private static let margin: UInt64 = 5_000_000

    mutating func add(_ change: Change) {
        waiting.append(change)
        waiting.sort { $0.moment < $1.moment }
    }

    /// The machine said at that moment what it is, whether it changed or not.
    mutating func hear(_ machine: String, at moment: UInt64) { known[machine] = max(known[machine] ?? 0, moment) }

    /// Nothing more is expected of it: it is down, or stands still.
    mutating func miss(_ machine: String) { known[machine] = nil }

    /// What became certain: every machine that still speaks has spoken after it.
    mutating func settle(now: UInt64) -> [LiveSight] {
        let frontier = known.values.min() ?? now
        var sights: [LiveSight] = []
        while let next = waiting.first {
            let span = waiting.prefix { $0.moment <= next.moment + Self.margin + next.error + $0.error }
            guard let last = span.last, last.moment < frontier || known.isEmpty else { break }
            // One that opens within the clocks' error of another's leaving did not open before it.
            let index = next.state == .open ? span.firstIndex { $0.machine != next.machine && $0.state != .open } : nil
            let change = waiting.remove(at: index.flatMap { states[span[$0].machine] == .open ? $0 : nil } ?? 0)
            guard states[change.machine] != change.state else { continue }
            states[change.machine] = change.state
            let open = states.filter { $0.value == .open }.keys.sorted()
            sights.append(LiveSight(monotonic: change.moment, states: states, open: open))
        }
        return sights
    }
}
