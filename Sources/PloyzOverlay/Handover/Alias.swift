import PloyzMigration
import PloyzModel

/// A second address of an instance and the machine that is reached by it.
struct Alias: Hashable, Sendable {
    let address: IPv4Address
    let machine: MachineID
}

extension RouteRecord {
    /// The aliases that are in use: of the new place, for as long as the record names it, and of the old place until the
    /// handover is over.
    var aliases: [Alias] {
        guard let handover else { return [] }
        var aliases = [Alias(address: handover.alias, machine: machine)]
        if handover.phase != .over, let former = handover.formerAlias {
            aliases.append(Alias(address: former, machine: handover.from))
        }
        return aliases
    }
}
