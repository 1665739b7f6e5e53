/// What an operator asks for: the services and volumes of one namespace, and the moves to make.
///
/// `Codable` here is the second step of reading: a document is first read into one value tree and walked over a
/// schema that collects every structural error with its path.
package struct Manifest: Codable, Hashable, Sendable {
    package var namespace: NamespaceName
    package var services: [ServiceSpec]
    package var volumes: [VolumeSpec]
    package var intent: Intent?
    /// The generation of the first service in ``intent`` that this document was rendered from; `deploy` refuses
    /// another one.
    package var generation: UInt64?

    package init(
        namespace: NamespaceName,
        services: [ServiceSpec],
        volumes: [VolumeSpec],
        intent: Intent? = nil,
        generation: UInt64? = nil
    ) {
        self.namespace = namespace
        self.services = services
        self.volumes = volumes
        self.intent = intent
        self.generation = generation
    }
}

/// Changes of place that a manifest asks for.
package struct Intent: Codable, Hashable, Sendable {
    package var services: [ServiceIntent]
    package var volumes: [VolumeIntent]

    package init(services: [ServiceIntent], volumes: [VolumeIntent]) {
        self.services = services
        self.volumes = volumes
    }
}

package struct ServiceIntent: Codable, Hashable, Sendable {
    package var service: ServiceName
    package var instance: Int
    package var intent: PlacementIntent

    package init(service: ServiceName, instance: Int, intent: PlacementIntent) {
        self.service = service
        self.instance = instance
        self.intent = intent
    }
}

package struct VolumeIntent: Codable, Hashable, Sendable {
    package var volume: VolumeName
    package var intent: PlacementIntent

    package init(volume: VolumeName, intent: PlacementIntent) {
        self.volume = volume
        self.intent = intent
    }
}

package struct PlacementIntent: Codable, Hashable, Sendable {
    package var move: Move

    package init(move: Move) { self.move = move }

    package struct Move: Codable, Hashable, Sendable {
        package var fromMachine: MachineID
        package var toMachine: MachineID

        package init(fromMachine: MachineID, toMachine: MachineID) {
            self.fromMachine = fromMachine
            self.toMachine = toMachine
        }

        enum CodingKeys: String, CodingKey {
            case fromMachine = "from_machine"
            case toMachine = "to_machine"
        }
    }
}
