package import PloyzModel

extension ClusterPicture {
    /// The machine that a person means by its ID, its name or any of its addresses.
    ///
    /// - Throws: ``PloyzError`` `unknown-machine`, with the nearest names.
    package func machine(named text: String) throws(PloyzError) -> MachineRecord {
        let found = machines.first { machine in
            machine.id.text == text || machine.name.text == text || machine.managementAddress == text
                || machine.overlayAddress.description == text
                || machine.endpoints.contains { $0 == text || Self.host(of: $0) == text }
        }
        if let found { return found }
        let names = machines.map(\.name.text)
        throw PloyzError(
            .unknownMachine,
            "there is no machine '\(text)'\(Nearest.hint(for: text, among: names))",
            next: "ployzctl machine ls"
        )
    }

    /// `address` of `address:port`, without the brackets of IPv6.
    private static func host(of endpoint: String) -> String? {
        guard let colon = endpoint.lastIndex(of: ":") else { return nil }
        let host = endpoint[..<colon]
        return host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : String(host)
    }

    /// The instance that a request means.
    ///
    /// - Throws: ``PloyzError`` `unknown-service`, `unknown-instance` or `which-instance`, with the choices.
    package func instance(of request: MigrationRequest) throws(PloyzError) -> InstanceRecord {
        guard services.contains(where: { $0.ref == request.service }) else {
            let names = services.map(\.ref.description)
            throw PloyzError(
                .unknownService,
                "there is no service '\(request.service)'\(Nearest.hint(for: "\(request.service)", among: names))",
                next: "ployzctl service ls"
            )
        }
        let all = instances.filter { $0.ref.service == request.service }.sorted { $0.ref < $1.ref }
        let fitting = all.filter { instance in
            (request.instance == nil || instance.ref.index == request.instance)
                && (request.from == nil || instance.machine == request.from)
        }
        let choices = all.map { "\($0.ref.index) on \(name(of: $0.machine))" }.joined(separator: ", ")
        guard let first = fitting.first else {
            throw PloyzError(
                .unknownInstance,
                all.isEmpty
                    ? "\(request.service) has no instance" : "no such instance of \(request.service); it has \(choices)"
            )
        }
        // On the target already: whichever instance is meant, there is nothing to choose from when one fits.
        guard fitting.count == 1 else {
            throw PloyzError(
                .whichInstance,
                "\(request.service) has several instances: \(choices)",
                next: "repeat it with --instance or --from"
            )
        }
        return first
    }

    /// Everything that moves with `instance`: all instances that share a volume with it, with what they share it with.
    package func unit(of instance: InstanceRecord) -> MigrationUnit {
        var names: Set<VolumeRef> = []
        var refs: [InstanceRef] = []
        var open = [instance.ref]
        while let next = open.popLast() {
            guard !refs.contains(next) else { continue }
            refs.append(next)
            let mounted = volumeRefs(of: next.service)
            names.formUnion(mounted)
            let sharers = instances.map(\.ref).filter { ref in
                !refs.contains(ref) && volumeRefs(of: ref.service).contains { names.contains($0) }
            }
            open.append(contentsOf: sharers)
        }
        let others = refs.dropFirst().sorted()
        let members = ([instance.ref] + others).compactMap { ref -> MigrationUnit.Member? in
            guard let record = instances.first(where: { $0.ref == ref }),
                let service = services.first(where: { $0.ref == ref.service })
            else { return nil }
            return MigrationUnit.Member(instance: record, service: service)
        }
        return MigrationUnit(
            members: members,
            volumes: volumes.filter { names.contains($0.ref) }.sorted { $0.ref < $1.ref }
        )
    }

    private func volumeRefs(of service: ServiceRef) -> [VolumeRef] {
        services.first { $0.ref == service }?.spec.volumeNames.map {
            VolumeRef(namespace: service.namespace, volume: $0)
        } ?? []
    }

    /// The machine's name, or its ID when it has no record.
    package func name(of machine: MachineID) -> String { self.machine(machine)?.name.text ?? machine.text }
}
