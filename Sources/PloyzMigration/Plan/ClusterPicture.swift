package import PloyzModel

/// The records that a plan is made from, as one reading of the store found them.
package struct ClusterPicture: Hashable, Sendable {
    package var machines: [MachineRecord]
    package var services: [ServiceRecord]
    package var instances: [InstanceRecord]
    package var volumes: [VolumeRecord]
    /// Finished and running migrations, in no order.
    package var operations: [OperationRecord]

    package init(
        machines: [MachineRecord],
        services: [ServiceRecord],
        instances: [InstanceRecord],
        volumes: [VolumeRecord],
        operations: [OperationRecord]
    ) {
        self.machines = machines
        self.services = services
        self.instances = instances
        self.volumes = volumes
        self.operations = operations
    }

    /// Reads everything at once.
    ///
    /// The lists are separate readings: what changes between them is found when the operation is announced, by value.
    package static func read(from store: any ClusterStore) async throws -> ClusterPicture {
        async let machines = store.records(MachineRecord.self, under: .machines)
        async let services = store.records(ServiceRecord.self, under: .services)
        async let instances = store.records(InstanceRecord.self, under: .instances)
        async let volumes = store.records(VolumeRecord.self, under: .volumes)
        async let operations = store.records(OperationRecord.self, under: .operations)
        return try await ClusterPicture(
            machines: machines,
            services: services,
            instances: instances,
            volumes: volumes,
            operations: operations
        )
    }

    package func machine(_ id: MachineID) -> MachineRecord? { machines.first { $0.id == id } }
}
