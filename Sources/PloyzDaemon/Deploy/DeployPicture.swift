import Foundation
import PloyzMigration
import PloyzModel

/// Everything that a deployment is planned from: one reading of the whole store.
struct DeployPicture: Sendable {
    var cluster: ClusterPicture
    var routes: [RouteRecord]
    var secrets: [ServiceRef: SecretsRecord]
    /// The service that has claimed each published port.
    var claims: [StoreKey: ServiceRef]
    /// The operation that has each service.
    var locks: [ServiceRef: OperationID]
    /// Every entry as it was read: a transaction compares these very bytes.
    private let values: [StoreKey: Data]

    /// - Throws: ``PloyzError`` `store-corrupt` for a value that is not what its key promises.
    init(_ listing: StoreListing) throws {
        cluster = ClusterPicture(
            machines: try Self.records(listing, under: .machines),
            services: try Self.records(listing, under: .services),
            instances: try Self.records(listing, under: .instances),
            volumes: try Self.records(listing, under: .volumes),
            operations: []
        )
        routes = try Self.records(listing, under: .routes)
        let secrets: [SecretsRecord] = try Self.records(listing, under: .secrets)
        self.secrets = Dictionary(secrets.map { ($0.service, $0) }) { _, last in last }
        claims = [:]
        locks = [:]
        for (entry, _) in Self.entries(listing, under: .publishedPorts) {
            claims[entry.key] = try Self.text(of: entry) { text throws(InvalidName) in try ServiceRef(text) }
        }
        for (entry, name) in Self.entries(listing, under: .locks) {
            guard let service = try? ServiceRef(name) else { continue }
            locks[service] = try Self.text(of: entry) { text throws(InvalidName) in try OperationID(text) }
        }
        values = Dictionary(listing.entries.map { ($0.key, $0.value) }) { _, last in last }
    }

    /// The condition that the key is as it was read: absent, or exactly that value.
    func unchanged(_ key: StoreKey) -> StoreTransaction.Condition {
        values[key].map { .value(key, $0) } ?? .absent(key)
    }

    func service(_ ref: ServiceRef) -> ServiceRecord? { cluster.services.first { $0.ref == ref } }

    func volume(_ ref: VolumeRef) -> VolumeRecord? { cluster.volumes.first { $0.ref == ref } }

    /// The instances of a service, by index.
    func instances(of ref: ServiceRef) -> [InstanceRecord] {
        cluster.instances.filter { $0.ref.service == ref }.sorted { $0.ref < $1.ref }
    }

    func place(_ machine: MachineID) -> MachinePlace? { cluster.machine(machine).map { MachinePlace($0) } }

    /// What the cluster declares of each volume, for the rules of a manifest.
    var volumeSpecs: [VolumeRef: VolumeSpec] {
        Dictionary(cluster.volumes.map { ($0.ref, $0.spec) }) { _, last in last }
    }

    private static func entries(_ listing: StoreListing, under prefix: StoreKey) -> [(StoreEntry, name: String)] {
        listing.entries.filter { $0.key.text.hasPrefix(prefix.text) }.map { entry in
            (entry, String(entry.key.text.dropFirst(prefix.text.count)))
        }
    }

    private static func records<Record: Decodable>(
        _ listing: StoreListing,
        under prefix: StoreKey
    ) throws -> [Record] {
        try entries(listing, under: prefix).map { entry, _ in try entry.record(Record.self) }
    }

    /// A value that is a name and nothing else.
    private static func text<Value>(
        of entry: StoreEntry,
        _ parse: (String) throws(InvalidName) -> Value
    ) throws(PloyzError) -> Value {
        do throws(InvalidName) {
            return try parse(String(decoding: entry.value, as: UTF8.self))
        } catch {
            throw PloyzError(.storeCorrupt, "the value at '\(entry.key)' is no reference: \(error)")
        }
    }
}
