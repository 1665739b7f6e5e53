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
        refill(at: now)
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }

    /// Takes so many, or as many as there are.
    mutating func lose(_ count: Double) { tokens = max(0, tokens - count) }

    /// Whether none is missing.
    mutating func isFull(at now: Duration) -> Bool {
        refill(at: now)
        return tokens >= capacity
    }

    private mutating func refill(at now: Duration) {
        // A clock that goes back gives nothing.
        let seconds = max(0, (now - last) / .seconds(1))
        last = max(last, now)
        tokens = min(capacity, tokens + seconds * rate)
    }
}
