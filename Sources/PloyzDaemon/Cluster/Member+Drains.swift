import PloyzMigration
import PloyzModel
import PloyzZFS

extension Member {
    var drains: Drains {
        let volumes = volumes
        return Drains(
            machine: identity.machine.id,
            store: store,
            mirror: mirror,
            peers: peers,
            migrations: migrations,
            storeGuard: storeGuard,
            timekeeper: timekeeper
        ) {
            let live = try await volumes?.datasets().filter { $0.stamp?.state == .live } ?? []
            let sizes = live.compactMap { dataset in dataset.stamp.map { ($0.volume, dataset.referenced) } }
            return Dictionary(sizes) { first, _ in first }
        }
    }

    var drainDriver: DrainDriver {
        let deployer = deployer
        return DrainDriver(drains: drains, apply: { try await deployer.applyMove($0) }, logger: logger)
    }
}
