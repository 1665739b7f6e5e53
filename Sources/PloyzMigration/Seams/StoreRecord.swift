package import PloyzModel

/// A record that has its own key in the store.
package protocol StoreRecord: Codable, Hashable, Sendable {
    var storeKey: StoreKey { get }
}

extension MachineRecord: StoreRecord {
    package var storeKey: StoreKey { .machine(id) }
}

extension IssuedCertificates: StoreRecord {
    package var storeKey: StoreKey { .certificates(of: machine) }
}

extension RemovedMachine: StoreRecord {
    package var storeKey: StoreKey { .revoked(id) }
}

extension ServiceRecord: StoreRecord {
    package var storeKey: StoreKey { .service(ref) }
}

extension SecretsRecord: StoreRecord {
    package var storeKey: StoreKey { .secrets(of: service) }
}

extension InstanceRecord: StoreRecord {
    package var storeKey: StoreKey { .instance(ref) }
}

extension VolumeRecord: StoreRecord {
    package var storeKey: StoreKey { .volume(ref) }
}

extension RouteRecord: StoreRecord {
    package var storeKey: StoreKey { .route(address) }
}

extension ClusterRecord: StoreRecord {
    package var storeKey: StoreKey { .cluster }
}

extension InstanceStatus: StoreRecord {
    package var storeKey: StoreKey { .status(instance) }
}
