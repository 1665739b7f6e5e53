/// How many requests to join are answered: in all, and of who has shown wrong secrets.
///
/// A stranger who tries secrets uses up its own tries, not those of honest machines: a request of an address that has none
/// left takes nothing from the bound on all.
struct JoinTries: Hashable, Sendable {
    /// Wrong secrets of one address at once, and how many come back in a second: one a minute.
    static let wrongTries = 5.0
    static let wrongRate = 1.0 / 60
    /// Addresses that are remembered; all others count as one.
    static let maximumAddresses = 1024

    private var all: TokenBucket
    private var wrong: [String: TokenBucket] = [:]

    /// - Parameters:
    ///   - capacity: requests that are answered at once.
    ///   - rate: and after them, in a second.
    init(capacity: Double, rate: Double, at now: Duration) {
        all = TokenBucket(capacity: capacity, rate: rate, at: now)
    }

    /// Whether a request of the address is answered.
    mutating func take(_ address: String, at now: Duration) -> Bool {
        let key = key(of: address, at: now)
        if var own = wrong[key], !own.has(at: now) { return false }
        return all.take(at: now)
    }

    /// Notes that the address has shown a wrong secret; returns whether that was the last that it may.
    mutating func noteWrong(_ address: String, at now: Duration) -> Bool {
        let key = key(of: address, at: now)
        var own = wrong[key] ?? TokenBucket(capacity: Self.wrongTries, rate: Self.wrongRate, at: now)
        _ = own.take(at: now)
        wrong[key] = own
        return !own.has(at: now)
    }

    private mutating func key(of address: String, at now: Duration) -> String {
        if wrong[address] != nil || wrong.count < Self.maximumAddresses { return address }
        wrong = wrong.filter { entry in
            var bucket = entry.value
            return !bucket.isFull(at: now)
        }
        return wrong.count < Self.maximumAddresses ? address : ""
    }
}
