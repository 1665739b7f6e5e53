/// How many requests to join are answered: of each address, and in all.
///
/// A stranger uses up its own tries, not those of others: a request of an address that has none left takes nothing from the
/// bound on all, and that is beyond what a few addresses can ask.
struct JoinTries: Hashable, Sendable {
    /// As many requests does a wrong token count.
    static let wrongToken = 4.0
    /// How much more than one address all together may ask.
    static let addressesAtOnce = 10.0
    /// Addresses that are remembered; all others count as one.
    static let maximumAddresses = 1024

    private let fresh: TokenBucket
    private var all: TokenBucket
    private var addresses: [PeerAddress?: TokenBucket] = [:]

    /// - Parameters:
    ///   - capacity: requests of one address that are answered at once.
    ///   - rate: and after them, in a second.
    init(capacity: Double, rate: Double, at now: Duration) {
        fresh = TokenBucket(capacity: capacity, rate: rate, at: now)
        all = TokenBucket(capacity: capacity * Self.addressesAtOnce, rate: rate * Self.addressesAtOnce, at: now)
    }

    /// Whether a request of the address is answered.
    mutating func take(_ address: PeerAddress, at now: Duration) -> Bool {
        let key = key(of: address, at: now)
        var own = addresses[key] ?? fresh
        let hasOne = own.take(at: now)
        addresses[key] = own
        return hasOne && all.take(at: now)
    }

    /// Notes that the request that was answered had a wrong token.
    mutating func noteWrong(_ address: PeerAddress, at now: Duration) {
        let key = key(of: address, at: now)
        addresses[key]?.lose(Self.wrongToken - 1)
    }

    /// nil for what there is no room for.
    private mutating func key(of address: PeerAddress, at now: Duration) -> PeerAddress? {
        if addresses[address] != nil || addresses.count < Self.maximumAddresses { return address }
        addresses = addresses.filter { entry in
            var bucket = entry.value
            return !bucket.isFull(at: now)
        }
        return addresses.count < Self.maximumAddresses ? address : nil
    }
}
