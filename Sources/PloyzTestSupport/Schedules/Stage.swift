import Foundation
import PloyzMigration
import PloyzModel

/// What an arranged scenario consists of, and what of it is nobody's to touch.
struct Stage: Sendable {
    let instance: InstanceRef
    let volumes: [VolumeRef]
    let target: MachineID
    /// A service that has nothing to do with the migration.
    let bystander: InstanceRef

    private static let foreignVolume = try? VolumeRef("shop/foreign")
    private static let foreignSnapshot = "nightly"
    private static let foreignHold = try? JSON.decode(HoldTag.self, from: Data(#"{"text":"syncoid"}"#.utf8))

    /// Datasets that look like ours by name, snapshots in the moving volumes, holds on our own snapshots.
    func plant(in cluster: SimulatedCluster) throws {
        for machine in [cluster[1], cluster[2]] {
            if let foreign = Self.foreignVolume {
                machine.volumes[foreign] = InMemoryVolumes.Dataset(content: [VolumeWrite(number: 0, bytes: 4096)])
                try machine.volumes.addForeignSnapshot("ployz-00-1-1", of: foreign)
            }
            for volume in volumes {
                guard let tag = Self.foreignHold, var dataset = machine.volumes[volume] else { continue }
                for index in dataset.snapshots.indices { dataset.snapshots[index].holds.insert(tag) }
                machine.volumes[volume] = dataset
            }
        }
        for volume in volumes where cluster[1].volumes[volume] != nil {
            try cluster[1].volumes.addForeignSnapshot(Self.foreignSnapshot, of: volume)
        }
    }

    /// Everything foreign, in words; the same before and after.
    func foreignThings(in cluster: SimulatedCluster) -> [String] {
        var found: [String] = []
        for machine in [cluster[1], cluster[2]] {
            if let foreign = Self.foreignVolume, let dataset = machine.volumes[foreign] {
                found.append("\(machine.name) \(foreign) \(dataset)")
            }
            for volume in volumes {
                for snapshot in machine.volumes[volume]?.snapshots ?? [] {
                    let isForeign = !snapshot.snapshot.name.isOurs
                    guard isForeign || Self.foreignHold.map(snapshot.holds.contains) ?? false else { continue }
                    let holds = snapshot.holds.filter { isForeign || $0 == Self.foreignHold }.map(\.text).sorted()
                    found.append(
                        "\(machine.name) \(volume)@\(snapshot.snapshot.name) \(snapshot.snapshot.guid) \(holds)"
                    )
                }
            }
        }
        return found
    }
}
