import PloyzModel

/// Addresses that this machine knows better than the records it was last shown: an instance that was unsealed here a
/// moment ago is here, one that was sealed is not, although the record that says so may still be on its way.
///
/// A claim ends with the first record that is newer than what was known when it was made.
struct LocalClaims: Hashable, Sendable {
    private struct Claim: Hashable, Sendable {
        let isHere: Bool
        let generation: UInt64
    }

    private var claims: [IPv4Address: Claim] = [:]

    init() {}

    var addresses: Set<IPv4Address> { Set(claims.keys) }

    /// - Parameter record: what is known of the address; nil when it has no record.
    mutating func claim(_ address: IPv4Address, isHere: Bool, against record: RouteRecord?) {
        claims[address] = Claim(isHere: isHere, generation: record?.generation ?? 0)
    }

    /// What is claimed of the address; nil when its record speaks for itself. A claim that has ended is forgotten.
    mutating func isHere(_ address: IPv4Address, against record: RouteRecord?) -> Bool? {
        guard let claim = claims[address] else { return nil }
        let holds = record.map { $0.generation <= claim.generation } ?? claim.isHere
        if !holds { claims[address] = nil }
        return holds ? claim.isHere : nil
    }
}
