/// When a workload that ended may be started again: at once, then after 1, 2, 4 … 30 s; a minute of running forgives.
struct RestartBackoff: Hashable, Sendable {
    private var failures = 0
    private var lastStart: Duration?
    private var notBefore: Duration = .zero

    init() {}

    /// Starts after the first.
    private(set) var restarts = 0

    func mayStart(at now: Duration) -> Bool { now >= notBefore }

    /// How long until a start is allowed; zero when it is.
    func delay(at now: Duration) -> Duration { max(.zero, notBefore - now) }

    mutating func started(at now: Duration) {
        if let lastStart {
            restarts += 1
            if now - lastStart >= .seconds(60) { failures = 0 }
        }
        lastStart = now
    }

    /// The start is over, whatever came of it.
    mutating func ended(at now: Duration) {
        notBefore = failures == 0 ? now : now + .seconds(min(30, 1 << min(failures - 1, 5)))
        failures += 1
    }
}
