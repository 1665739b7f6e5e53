import PloyzMigration
import PloyzModel

/// What the store and the machines say that a drain is planned from.
struct DrainSurvey: Sendable {
    let picture: ClusterPicture
    private(set) var drains: [DrainRecord]

    static func read(from store: any ClusterStore) async throws -> DrainSurvey {
        async let picture = ClusterPicture.read(from: store)
        async let drains = store.records(DrainRecord.self, under: .drains)
        return try await DrainSurvey(picture: picture, drains: drains)
    }

    func record(of machine: MachineID) -> DrainRecord? { drains.first { $0.machine.id == machine } }

    /// The drain as its driver knows it, one of its moves left out.
    mutating func replace(_ record: DrainRecord, without index: Int) {
        var record = record
        record.moves.remove(at: index)
        drains = drains.filter { $0.id != record.id } + [record]
    }

    /// Why a machine takes nothing; nil when it may be asked.
    func obstacle(_ machine: MachineRecord) -> String? {
        if machine.lifecycle != .active { return "\(machine.name) is \(machine.lifecycle.rawValue)" }
        let isLeft = drains.contains { $0.machine.id == machine.id && $0.direction == .away && $0.state == .running }
        return isLeft ? "\(machine.name) is being drained" : nil
    }

    /// Bytes that are on their way to a machine, or promised to it, by drains and by single migrations. What has arrived of
    /// them is counted twice, here and in the space that is gone: a target is rather left free than filled.
    func promised(to machine: MachineID) -> ByteCount {
        let carried = Set(drains.flatMap(\.moves).compactMap(\.operation))
        let single = picture.operations.filter { $0.outcome == nil && $0.to.id == machine && !carried.contains($0.id) }
        return (drains.map { $0.claim(on: machine) } + single.map(\.claim)).reduce(.zero, +)
    }

    /// Instances on a machine, and on their way to it by drains, by service.
    func instances(on machine: MachineID) -> [ServiceRef: Int] {
        var found: [ServiceRef: Int] = [:]
        for instance in picture.instances where instance.machine == machine {
            found[instance.ref.service, default: 0] += 1
        }
        let coming = drains.filter { $0.state == .running }.flatMap(\.moves).filter {
            $0.isOpen && $0.to?.id == machine
        }
        for member in coming.flatMap(\.members) { found[member.service, default: 0] += 1 }
        return found
    }
}

extension OperationRecord {
    /// What it takes on its target.
    fileprivate var claim: ByteCount {
        plan.volumes.reduce(.zero) { $0 + ($1.targetHasCopy ? $1.preCopy.bytes : $1.size) }
    }
}
