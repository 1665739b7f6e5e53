import PloyzAPI
import PloyzMigration
import PloyzModel

extension DeployPlanner {
    mutating func plan(_ spec: ServiceSpec) {
        let ref = ref(spec.name)
        let current = picture.service(ref)
        let instances = picture.instances(of: ref)
        let difference = current.map { ServiceDifference(from: $0.spec, to: spec) }
        let (kept, removed) = Self.split(instances, spec.placement)
        let additions = additions(to: kept, of: spec)
        if let current, let difference, difference.fields.isEmpty, removed.isEmpty, additions.isEmpty {
            note(.unchanged, .service, ref, on: instances.count == 1 ? instances.first?.machine : nil)
            repairRoutes(of: instances, ports: current.spec.servicePorts)
            return
        }
        changed.insert(ref)
        let generation = (current?.generation ?? 0) + 1
        plan.services.append(ServiceRecord(ref: ref, spec: spec, generation: generation))
        if let difference {
            note(
                .update,
                .service,
                ref,
                difference.fields.isEmpty ? "instances" : difference.fields.joined(separator: ", ")
            )
        } else {
            note(.create, .service, ref)
        }
        for record in kept where difference?.needsRestart == true {
            var restarted = record
            restarted.generation = generation
            if difference?.needsImage == true { restarted.imageID = Self.knownID(of: spec) }
            plan.instances.append(restarted)
            note(.restart, .instance, record.ref, on: record.machine)
        }
        repairRoutes(of: kept, ports: spec.servicePorts)
        for addition in additions { add(addition.index, of: spec, on: addition.machine, generation: generation) }
        for record in removed {
            plan.removedInstances.append(record)
            note(.remove, .instance, record.ref, on: record.machine)
        }
    }

    /// The instances that stay and those that go, when a count shrinks or a placement changes.
    private static func split(
        _ instances: [InstanceRecord],
        _ placement: Placement
    ) -> (kept: [InstanceRecord], removed: [InstanceRecord]) {
        var machines: Set<MachineID> = []
        let kept = instances.filter { instance in
            switch placement {
            case .replicated(let count): instance.ref.index < count
            case .global: machines.insert(instance.machine).inserted
            }
        }
        return (kept, instances.filter { !kept.contains($0) })
    }

    private struct Addition {
        let index: Int
        let machine: MachineRecord
    }

    /// The instances that are missing, each with its machine.
    private mutating func additions(to kept: [InstanceRecord], of spec: ServiceSpec) -> [Addition] {
        let used = Set(kept.map(\.ref.index))
        switch spec.placement {
        case .global:
            var index = 0
            let machines = placer.candidates(needsStorage: false).filter { machine in
                !kept.contains { $0.machine == machine.id }
            }
            if kept.isEmpty, machines.isEmpty {
                errors.append(placer.noPlace(for: "\(ref(spec.name))", needsStorage: false))
            }
            return machines.sorted { $0.name < $1.name }.map { machine in
                while used.contains(index) { index += 1 }
                defer { index += 1 }
                placer.count(1, on: machine.id)
                return Addition(index: index, machine: machine)
            }
        case .replicated(let count):
            var places = kept.map(\.machine)
            var additions: [Addition] = []
            for index in 0..<count where !used.contains(index) {
                guard let machine = machine(for: spec, alongside: places) else { break }
                places.append(machine.id)
                additions.append(Addition(index: index, machine: machine))
            }
            return additions
        }
    }

    /// nil after a refusal.
    private mutating func machine(for spec: ServiceSpec, alongside places: [MachineID]) -> MachineRecord? {
        if let volume = spec.volumeNames.first {
            // Without an owner the volume's group was refused already.
            return owners[ref(volume)].flatMap { picture.cluster.machine($0) }
        }
        if let machine = placer.candidates(needsStorage: false, alongside: places).first {
            placer.count(1, on: machine.id)
            return machine
        }
        errors.append(placer.noPlace(for: "\(ref(spec.name))", needsStorage: false))
        return nil
    }

    private mutating func add(_ index: Int, of spec: ServiceSpec, on machine: MachineRecord, generation: UInt64) {
        let instance = InstanceRef(service: ref(spec.name), index: index)
        do throws(PloyzError) {
            let address = try placer.takeAddress(on: machine)
            let record = InstanceRecord(
                ref: instance,
                machine: machine.id,
                address: address,
                epoch: .first,
                imageID: Self.knownID(of: spec),
                generation: generation
            )
            plan.instances.append(record)
            plan.routes.append(
                RouteRecord(
                    address: address,
                    instance: instance,
                    machine: machine.id,
                    ports: spec.servicePorts,
                    generation: 1
                )
            )
            plan.reliedOn.insert(.machine(machine.id))
            note(.create, .instance, instance, on: machine.id, "\(address)")
        } catch {
            errors.append(error)
        }
    }

    /// The routes of instances that stay, when the ports changed or a route is missing.
    private mutating func repairRoutes(of instances: [InstanceRecord], ports: [ServicePort]) {
        for instance in instances {
            let current = picture.routes.first { $0.address == instance.address }
            guard current?.ports != ports else { continue }
            plan.routes.append(
                RouteRecord(
                    address: instance.address,
                    instance: instance.ref,
                    machine: instance.machine,
                    ports: ports,
                    generation: (current?.generation ?? 0) + 1,
                    handover: current?.handover
                )
            )
            plan.reliedOn.insert(.instance(instance.ref))
        }
    }

    /// The ID when the manifest names the image by it; otherwise empty: a machine that has the image resolves it.
    private static func knownID(of spec: ServiceSpec) -> String {
        let image = spec.template.image
        return image.hasPrefix("sha256:") && image.utf8.count == 71 ? image : ""
    }
}
