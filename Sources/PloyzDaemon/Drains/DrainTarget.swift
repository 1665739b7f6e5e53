import PloyzMigration
import PloyzModel

/// A machine that units may be moved to.
struct DrainTarget: Hashable, Sendable {
    let place: MachinePlace
    let hasStorage: Bool
    /// What is left of its pool when all has arrived that is on its way, or promised by this and other drains.
    var free: ByteCount
    /// Instances there, and on their way there, by service.
    var instances: [ServiceRef: Int]

    var load: Int { instances.values.reduce(0, +) }

    /// Instances of these services.
    func neighbours(_ services: Set<ServiceRef>) -> Int { services.reduce(0) { $0 + (instances[$1] ?? 0) } }

    mutating func take(_ unit: DrainUnit) {
        let claim = unit.claim(on: place.id)
        free = ByteCount(free > claim ? free.bytes - claim.bytes : 0)
        for member in unit.members { instances[member.service, default: 0] += 1 }
    }
}
