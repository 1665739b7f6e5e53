package import PloyzMigration
package import PloyzModel

/// One container of a service, as it is now.
package struct InstanceSummary: Document {
    package enum State: String, Codable, Hashable, Sendable, CaseIterable {
        case starting
        case running
        /// It runs, but its readiness probe has not succeeded in time.
        case unready
        case stopped
        /// It cannot be started; its machine tries again.
        case failed
        /// A migration is moving it.
        case moving
        /// Its machine did not answer.
        case unknown
    }

    package let instance: InstanceRef
    package let machine: MachinePlace
    package let address: IPv4Address
    package let state: State
    /// The migration that has it.
    package let operation: OperationID?

    package init(
        instance: InstanceRef,
        machine: MachinePlace,
        address: IPv4Address,
        state: State,
        operation: OperationID?
    ) {
        self.instance = instance
        self.machine = machine
        self.address = address
        self.state = state
        self.operation = operation
    }
}

/// A service with its instances: `service ls` prints a row for each instance.
package struct ServiceSummary: Document {
    package let service: ServiceRef
    package let image: String
    /// How many instances the manifest asks for; nil for one on every machine.
    package let replicas: Int?
    package let generation: UInt64
    package let volumes: [VolumeRef]
    package let publish: [PublishedPort]
    package let instances: [InstanceSummary]

    package init(
        service: ServiceRef,
        image: String,
        replicas: Int?,
        generation: UInt64,
        volumes: [VolumeRef],
        publish: [PublishedPort],
        instances: [InstanceSummary]
    ) {
        self.service = service
        self.image = image
        self.replicas = replicas
        self.generation = generation
        self.volumes = volumes
        self.publish = publish
        self.instances = instances
    }
}

/// What `service ls` prints.
package struct ServiceList: Document {
    package let services: [ServiceSummary]

    package init(services: [ServiceSummary]) { self.services = services }
}
