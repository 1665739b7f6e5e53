import Synchronization

/// A bound on how often something happens: `capacity` times at once, then `rate` times a second.
struct TokenBucket: Hashable, Sendable {
    let capacity: Double
    /// Tokens that come back in a second.
    let rate: Double
    private var tokens: Double
    private var last: Duration

    init(capacity: Double, rate: Double, at now: Duration) {
        self.capacity = capacity
        self.rate = rate
        tokens = capacity
        last = now
    }

    /// Takes a token; false when there is none.
    mutating func take(at now: Duration) -> Bool {
        // A clock that goes back gives nothing.
        let seconds = max(0, (now - last) / .seconds(1))
        last = max(last, now)
        tokens = min(capacity, tokens + seconds * rate)
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}
