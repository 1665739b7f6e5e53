import PloyzMigration
import PloyzModel
import PloyzTrust

extension FuzzTarget {
    /// Values of the cluster store, which any member machine can write, and of the journal. Looking at one must not end a
    /// daemon.
    static let records = FuzzTarget(name: "records", longest: 4096) { bytes in bodies.read(bytes) }

    private static let bodies = Bodies(
        readers: [
            "cluster": Bodies.record(ClusterRecord.self),
            "machine": Bodies.record(MachineRecord.self) { _ = $0.overlayAddress },
            "service": Bodies.record(ServiceRecord.self),
            "instance": Bodies.record(InstanceRecord.self) { _ = $0.epoch.next },
            "status": Bodies.record(InstanceStatus.self),
            "volume": Bodies.record(VolumeRecord.self) { _ = $0.epoch.next },
            "route": Bodies.record(RouteRecord.self, route),
            "secrets": Bodies.record(SecretsRecord.self) { record in
                claim(record.env.values.allSatisfy { "\($0.value)" == "(secret)" }, "a secret is shown to nobody")
            },
            "invite": Bodies.record(InviteRecord.self),
            "operation": Bodies.record(OperationRecord.self),
            "drain": Bodies.record(DrainRecord.self) { record in
                _ = record.away
                _ = record.claim(on: record.machine.id)
            },
            "journal": Bodies.record(JournalEntry.self),
        ]
    )

    private static func route(_ record: RouteRecord) {
        _ = record.place
        let moved = record.handedOver(to: record.machine)
        claim(moved.generation > record.generation || record.generation == .max, "a route that changed is newer")
        claim(record.released.generation >= moved.generation, "a route that was released is newer")
    }
}
