import PloyzMigration
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
    private var generations: [IPv4Address: UInt64] = [:]

    init() {}

    mutating func claim(_ address: IPv4Address, isHere: Bool) {
        claims[address] = Claim(isHere: isHere, generation: generations[address] ?? 0)
    }

    /// The addresses that live on `machine`: the records, corrected by the claims that still hold.
    mutating func local(in picture: RoutingPicture, machine: MachineID) -> Set<IPv4Address> {
        let routes = picture.currentRoutes
        generations = Dictionary(uniqueKeysWithValues: routes.map { ($0.address, $0.generation) })
        claims = claims.filter { address, claim in
            guard let generation = generations[address] else { return claim.isHere }
            return generation <= claim.generation
        }
        var local = Set(routes.filter { $0.place == machine }.map(\.address))
        for (address, claim) in claims {
            if claim.isHere { local.insert(address) } else { local.remove(address) }
        }
        return local
    }
}
