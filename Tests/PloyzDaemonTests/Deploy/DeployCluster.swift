import Foundation
import PloyzManifest
import PloyzMigration
import PloyzModel

@testable import PloyzDaemon

/// A cluster of the namespace `shop`, put together in a few words: machines are numbers, `m1` has 10.101.1.0/24.
struct DeployCluster {
    var entries: [StoreEntry] = []

    init(machines: Int = 3) throws {
        for number in 1...machines { try add(machine: number) }
    }

    static func id(_ machine: Int) throws -> MachineID { try MachineID("m-000000000000000\(machine)") }

    mutating func add(
        machine number: Int,
        _ lifecycle: MachineRecord.Lifecycle = .active,
        zfs: Bool = true,
        subnet: String? = nil
    ) throws {
        let storage = StorageCapability(root: try DatasetName("tank/ployz"), implementation: "test", features: [])
        let record = MachineRecord(
            id: try Self.id(number),
            name: try MachineName("m\(number)"),
            wireguardKey: "key\(number)",
            endpoints: ["192.0.2.\(number):51820"],
            subnet: try IPv4Network(subnet ?? "10.101.\(number).0/24"),
            managementAddress: "fd00::\(number)",
            lifecycle: lifecycle,
            storage: zfs ? storage : nil,
            isStorageMember: number == 1,
            labels: [:],
            joinedAt: Date(timeIntervalSince1970: 0)
        )
        try put(record)
    }

    var machines: [MachineRecord] {
        get throws { try entries.filter { $0.key.isBelow(.machines) }.map { try $0.record(MachineRecord.self) } }
    }

    mutating func put(_ record: some StoreRecord) throws {
        entries.removeAll { $0.key == record.storeKey }
        entries.append(try StoreEntry(record))
    }

    mutating func lock(_ service: String, _ operation: String) throws {
        entries.append(StoreEntry(key: .lock(try ServiceRef(service)), value: Data(operation.utf8)))
    }

    /// Plans and commits a manifest, as a first deployment would.
    mutating func deploy(_ text: String) throws {
        let plan = try plan(text)
        let transaction = try plan.transaction(in: try picture)
        apply(transaction)
    }

    /// Makes the writes of a transaction whose conditions must hold.
    mutating func apply(_ transaction: StoreTransaction) {
        var values = Dictionary(entries.map { ($0.key, $0.value) }) { _, last in last }
        for condition in transaction.conditions {
            switch condition {
            case .absent(let key): precondition(values[key] == nil, "\(key) exists")
            case .present(let key): precondition(values[key] != nil, "\(key) is gone")
            case .value(let key, let value): precondition(values[key] == value, "\(key) differs")
            }
        }
        for write in transaction.writes {
            switch write {
            case .put(let key, let value): values[key] = value
            case .delete(let key): values[key] = nil
            }
        }
        entries = values.map { StoreEntry(key: $0.key, value: $0.value) }.sorted { $0.key < $1.key }
    }

    var picture: DeployPicture {
        get throws { try DeployPicture(StoreListing(entries: entries.sorted { $0.key < $1.key }, revision: 1)) }
    }

    func manifest(_ text: String) throws -> Manifest {
        let text = text.hasPrefix("namespace") ? text : "namespace = \"shop\"\n" + text
        return try ManifestReader.read(Array(text.utf8), as: .toml, known: .cluster(try picture.volumeSpecs))
    }

    func plan(_ text: String) throws -> DeployPlan { try DeployPlanner.plan(try manifest(text), in: try picture) }

    /// The plan's lines, or each refusal as `code: message`.
    func outcome(_ text: String) throws -> [String] {
        let manifest = try manifest(text)
        let picture = try picture
        do throws(PloyzError) {
            return try DeployPlanner.plan(manifest, in: picture).changes.map(\.line)
        } catch {
            return Self.lines(of: error)
        }
    }

    static func lines(of error: PloyzError) -> [String] {
        ([error] + error.others).map { "\($0.code): \($0.message)" }
    }
}

/// A service in TOML; `mounts` are names of volumes.
func service(_ name: String, mounts: [String] = [], _ fields: String = "") -> String {
    let list = mounts.map { "{ source = { volume = \"\($0)\" }, target = \"/\($0)\" }" }.joined(separator: ", ")
    return "[[services]]\nname = \"\(name)\"\ntemplate.image = \"x\"\ntemplate.mounts = [\(list)]\n\(fields)\n"
}

func volume(_ name: String, _ fields: String = "") -> String {
    "[[volumes]]\nname = \"\(name)\"\n\(fields)\n"
}
