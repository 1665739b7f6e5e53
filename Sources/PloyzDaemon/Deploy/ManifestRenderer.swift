import PloyzMigration
import PloyzModel

/// Makes the manifest that asks for a move: what `migrate render-manifest` prints and `migrate apply` submits.
struct ManifestRenderer {
    /// What rendering a move comes to.
    struct Rendering: Hashable, Sendable {
        /// Without an intent when the instance is on the target already: to deploy it changes nothing.
        let manifest: Manifest
        let instance: InstanceRecord
        let unit: MigrationUnit
        let target: MachineRecord

        var isAlreadyThere: Bool { instance.machine == target.id }
    }

    /// `machine` and `from` are IDs, names or any addresses of machines.
    ///
    /// - Throws: one ``PloyzError`` with everything that is wrong: service, instance and machines that are not there
    ///   (with the nearest names), a choice of instances, a global service, a bind mount.
    static func render(
        _ service: ServiceRef,
        to machine: String,
        instance index: Int? = nil,
        from: String? = nil,
        in picture: DeployPicture
    ) throws(PloyzError) -> Rendering {
        var errors: [PloyzError] = []
        let target = machineRecord(machine, in: picture, &errors)
        let source = from.flatMap { machineRecord($0, in: picture, &errors) }
        if picture.service(service)?.spec.placement == .global {
            errors.append(.cannotMoveGlobal(service))
        } else if from == nil || source != nil {
            do throws(PloyzError) {
                let instance = try find(service, index: index, from: source?.id, target: target?.id, in: picture)
                let unit = picture.cluster.unit(of: instance)
                errors += unit.refusals()
                if let target, errors.isEmpty { return rendering(of: unit, instance, to: target) }
            } catch {
                errors.append(error)
            }
        }
        throw PloyzError.all(errors) ?? PloyzError(.failed, "\(service) cannot be rendered")
    }

    private static func machineRecord(
        _ text: String,
        in picture: DeployPicture,
        _ errors: inout [PloyzError]
    ) -> MachineRecord? {
        do throws(PloyzError) {
            return try picture.cluster.machine(named: text)
        } catch {
            errors.append(error)
            return nil
        }
    }

    private static func find(
        _ service: ServiceRef,
        index: Int?,
        from: MachineID?,
        target: MachineID?,
        in picture: DeployPicture
    ) throws(PloyzError) -> InstanceRecord {
        // The request only carries the choice here: the target plays no part in finding the instance.
        guard let anyMachine = target ?? picture.cluster.machines.first?.id else {
            throw PloyzError(.unknownMachine, "the cluster has no machine", next: "ployzctl machine ls")
        }
        let request = MigrationRequest(service: service, instance: index, from: from, target: anyMachine, requester: "")
        return try picture.cluster.instance(of: request)
    }

    private static func rendering(
        of unit: MigrationUnit,
        _ instance: InstanceRecord,
        to target: MachineRecord
    ) -> Rendering {
        var services: [ServiceRecord] = []
        for member in unit.members where !services.contains(where: { $0.ref == member.service.ref }) {
            services.append(member.service)
        }
        var manifest = Manifest(
            namespace: instance.ref.service.namespace,
            services: services.map(\.spec),
            volumes: unit.volumes.map(\.spec)
        )
        if instance.machine != target.id {
            let move = PlacementIntent(move: .init(fromMachine: instance.machine, toMachine: target.id))
            manifest.intent = Intent(
                services: unit.members.map { member in
                    ServiceIntent(
                        service: member.service.ref.service,
                        instance: member.instance.ref.index,
                        intent: move
                    )
                },
                volumes: unit.volumes.map { VolumeIntent(volume: $0.ref.volume, intent: move) }
            )
            manifest.generation = services.first?.generation
        }
        return Rendering(manifest: manifest, instance: instance, unit: unit, target: target)
    }
}
