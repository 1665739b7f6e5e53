import PloyzMigration
import PloyzModel

/// Finds machines and addresses for what is new, and remembers what it gave out.
struct InstancePlacer {
    private let picture: DeployPicture
    private var load: [MachineID: Int] = [:]
    private var taken: Set<IPv4Address>

    init(_ picture: DeployPicture) {
        self.picture = picture
        // An address that has moved away is still taken: it belongs to its instance, wherever that lives.
        taken = Set(picture.cluster.instances.map(\.address)).union(picture.routes.map(\.address))
        for instance in picture.cluster.instances { load[instance.machine, default: 0] += 1 }
    }

    /// Machines that take new things, in the order in which they are preferred: fewest of the same service, then fewest
    /// instances, then by name.
    func candidates(needsStorage: Bool, alongside own: [MachineID] = []) -> [MachineRecord] {
        picture.cluster.machines.filter { refusal($0, needsStorage: needsStorage) == nil }.sorted { left, right in
            let leftRank = (own.count { $0 == left.id }, load[left.id, default: 0], left.name)
            let rightRank = (own.count { $0 == right.id }, load[right.id, default: 0], right.name)
            return leftRank < rightRank
        }
    }

    /// Counts new instances on a machine, so that the next choice knows of them.
    mutating func count(_ instances: Int, on machine: MachineID) { load[machine, default: 0] += instances }

    /// Why a machine takes nothing new; nil when it does.
    func refusal(_ machine: MachineRecord, needsStorage: Bool) -> String? {
        if machine.lifecycle != .active { return "\(machine.name) is \(machine.lifecycle.rawValue)" }
        if needsStorage, machine.storage == nil { return "\(machine.name) has no ZFS" }
        return nil
    }

    /// The error of something that no machine takes.
    func noPlace(for what: String, needsStorage: Bool) -> PloyzError {
        let reasons = picture.cluster.machines.sorted { $0.name < $1.name }.compactMap { machine in
            refusal(machine, needsStorage: needsStorage)
        }
        return PloyzError(
            .noPlace,
            "no machine can take \(what)" + (reasons.isEmpty ? "" : ": \(reasons.joined(separator: ", "))"),
            next: "ployzctl machine ls"
        )
    }

    /// Takes the lowest free address of a machine's subnet: not the network's, the machine's own, or the broadcast one.
    ///
    /// - Throws: ``PloyzError`` `subnet-full`.
    mutating func takeAddress(on machine: MachineRecord) throws(PloyzError) -> IPv4Address {
        let last = UInt32(min(machine.subnet.size, 1 << 16)) - 1
        for offset in 2..<max(last, 2) {
            let address = machine.subnet.address(at: offset)
            if taken.insert(address).inserted { return address }
        }
        throw PloyzError(
            .subnetFull,
            "\(machine.name) has no free address in \(machine.subnet)",
            next: "deploy on other machines, or remove instances whose addresses are of that subnet"
        )
    }
}
