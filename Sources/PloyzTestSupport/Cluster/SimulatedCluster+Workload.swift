package import PloyzMigration
package import PloyzModel

extension SimulatedCluster {
    /// Writes the machines' records. To be called first.
    package func join() async throws {
        for machine in machines {
            _ = try await store.commit(StoreTransaction(conditions: [], writes: [.put(machine.record)]))
        }
    }

    /// Places one instance of a service, with volumes of so many bytes, and starts it. A volume that exists is shared.
    @discardableResult
    package func deploy(
        _ text: String,
        volumes sizes: [(String, ByteCount)] = [],
        on machine: SimulatedMachine,
        readiness: Readiness? = Readiness(probe: .tcp(port: 6379)),
        change: (inout ServiceSpec) -> Void = { _ in }
    ) async throws -> InstanceRef {
        let ref = try ServiceRef(text)
        let mounts = try sizes.map { Mount(source: .volume(try VolumeName($0.0)), target: "/\($0.0)") }
        var spec = ServiceSpec(
            name: ref.service,
            placement: .replicated(count: 1),
            template: ContainerTemplate(image: "redis:7", mounts: mounts),
            servicePorts: [ServicePort(port: 6379)],
            readiness: readiness
        )
        change(&spec)
        let taken = try await store.records(InstanceRecord.self, under: .instances)
        let index = taken.filter { $0.ref.service == ref }.count
        let instance = InstanceRecord(
            ref: InstanceRef(service: ref, index: index),
            machine: machine.id,
            address: machine.record.subnet.address(at: UInt32(10 + taken.count)),
            epoch: .first,
            imageID: "sha256:redis",
            generation: 1
        )
        let service = ServiceRecord(ref: ref, spec: spec, generation: 1)
        let route = RouteRecord(
            address: instance.address,
            instance: instance.ref,
            machine: machine.id,
            ports: spec.servicePorts,
            generation: 1
        )
        var writes: [StoreTransaction.Write] = [try .put(service), try .put(instance), try .put(route)]
        machine.containers.addImage(instance.imageID)
        for (name, size) in sizes {
            let volume = VolumeRef(namespace: ref.namespace, volume: try VolumeName(name))
            guard machine.volumes[volume] == nil else { continue }
            let record = VolumeRecord(
                ref: volume,
                spec: VolumeSpec(name: volume.volume),
                owner: machine.id,
                epoch: .first,
                isCreated: true
            )
            writes.append(try .put(record))
            let stamp = DatasetStamp(volume: volume, owner: machine.id, epoch: .first, state: .live)
            var dataset = InMemoryVolumes.Dataset()
            dataset.stamp = stamp
            dataset.isMounted = true
            dataset.content = [VolumeWrite(number: 0, bytes: size.bytes)]
            machine.volumes[volume] = dataset
        }
        _ = try await store.commit(StoreTransaction(conditions: [], writes: writes))
        let unit = MigrationUnit.Member(instance: instance, service: service)
        try await start(unit, on: machine)
        return instance.ref
    }

    private func start(_ member: MigrationUnit.Member, on machine: SimulatedMachine) async throws {
        let instance = member.instance
        let sandbox = try await machine.containers.startSandbox(
            SandboxSpec(instance: instance.ref, address: instance.address, hostname: "h", nameServers: [], sysctls: [:])
        )
        let network = machine.network
        try await network.attach(instance.ref, sandbox: sandbox, address: instance.address, sealed: false)
        let names = member.service.spec.volumeNames
        try await machine.containers.createWorkload(
            WorkloadSpec(
                instance: instance.ref,
                template: member.service.spec.template,
                imageID: instance.imageID,
                directories: Dictionary(names.map { ($0, "/volumes/\($0)/data") }) { first, _ in first },
                epoch: instance.epoch,
                generation: instance.generation,
                operation: nil
            )
        )
        _ = try await machine.containers.startWorkload(instance.ref)
    }

    /// A client writes `bytes` at every `interval`, to wherever the instance answers, while `body` runs.
    package func writing<Value: Sendable>(
        to instance: InstanceRef,
        bytes: UInt64 = 4096,
        every interval: Duration = .milliseconds(4),
        during body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { [self] in
                while !Task.isCancelled {
                    writeOnce(to: instance, bytes: bytes)
                    do { try await time.sleep(for: interval) } catch { return nil }
                }
                return nil
            }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            while let ended = try await group.next() {
                if let value = ended { return value }
            }
            throw CancellationError()
        }
    }

    /// One write, acknowledged when a machine answered and all its volumes took it.
    package func writeOnce(to instance: InstanceRef, bytes: UInt64 = 4096) {
        for machine in machines where machine.network.link(instance) == .open && machine.pause == .zero {
            guard let open = machine.containers.runningWorkloads()[instance] else { continue }
            let write = VolumeWrite(number: ledger.nextWrite(), bytes: bytes)
            guard open.sorted().allSatisfy({ machine.volumes.append(write, to: $0) }) else { continue }
            ledger.acknowledge(write.number, by: instance, to: open, at: time.now)
            return
        }
    }

    /// Plans, runs and returns the result with all events.
    package func migrate(
        _ text: String,
        to target: Int,
        change: (inout MigrationRequest) -> Void = { _ in }
    ) async throws -> (result: MigrationResult, events: [MigrationEvent]) {
        var request = MigrationRequest(service: try ServiceRef(text), target: self[target].id, requester: "test")
        change(&request)
        let picture = try await ClusterPicture.read(from: store)
        let owner = try MigrationEngine.coordinator(of: request, in: picture)
        guard let machine = machines.first(where: { $0.id == owner }) else { throw CancellationError() }
        let engine = engine(on: machine)
        let log = EventLog()
        switch try await engine.admit(request) {
        case .alreadyThere(let result): return (result, [])
        case .attached(let other):
            throw PloyzError(.otherMigration, "attached to \(other)")
        case .started(let entry):
            let result = try await engine.run(entry, cancelSignal: CancelSignal(), sink: log.append)
            return (result, log.events)
        }
    }

    /// The daemons of all machines die and start again: what they had in memory is gone.
    package func restartDaemons() async throws {
        for machine in machines {
            machine.restartAgent()
            try await engine(on: machine).restoreClaims()
            try await machine.agent.restoreClaims()
        }
    }

    /// What daemons do from time to time: finish what their journals still have.
    package func settleDown() async throws {
        for _ in 0..<3 {
            for machine in machines {
                let engine = engine(on: machine)
                for operation in try await engine.unfinished() {
                    _ = try await engine.resume(operation, cancelSignal: CancelSignal()) { _ in }
                }
                await machine.agent.tend()
                try await machine.keepRunning()
            }
        }
    }

    /// Everything that is wrong, in words: I1, I2, a workload that does not run where its record says, locks left.
    package func problems() async throws -> [String] {
        var found = ledger.violations
        for instance in try await store.records(InstanceRecord.self, under: .instances) {
            guard let service = try await store.record(ServiceRecord.self, at: .service(instance.ref.service)) else {
                continue
            }
            let running = machines.filter { $0.containers.isRunning(instance.ref) }
            if running.map(\.id) != [instance.machine] {
                found.append("\(instance.ref) runs on \(running.map(\.name)), not just where its record says")
            }
            for machine in running {
                let containers = try await machine.containers.containers()
                let workload = containers.first { $0.instance == instance.ref && $0.role == .workload }
                // Whoever keeps workloads running would start it anew: a second outage.
                if workload?.epoch != instance.epoch || workload?.generation != instance.generation {
                    found.append("the container of \(instance.ref) is not of the epoch and generation of its record")
                }
            }
            for machine in running where machine.network.link(instance.ref) != .open {
                found.append("\(instance.ref) cannot be reached on \(machine.name)")
            }
            for name in service.spec.volumeNames {
                let volume = VolumeRef(namespace: instance.ref.service.namespace, volume: name)
                found += try await problems(of: volume, written: ledger.acknowledged(by: instance.ref), at: instance)
            }
        }
        for entry in try await store.list(.locks).entries { found.append("\(entry.key) was left") }
        return found
    }

    private func problems(of volume: VolumeRef, written: [UInt64], at instance: InstanceRecord) async throws -> [String]
    {
        guard let record = try await store.record(VolumeRecord.self, at: .volume(volume)),
            let machine = machines.first(where: { $0.id == record.owner }),
            let dataset = machine.volumes[volume]
        else { return ["\(volume) has no dataset on its owner"] }
        var found: [String] = []
        if record.owner != instance.machine { found.append("\(volume) and \(instance.ref) are on two machines") }
        if dataset.stamp?.state != .live || dataset.stamp?.epoch != record.epoch {
            found.append("\(volume) is stamped \(String(describing: dataset.stamp)), epoch \(record.epoch)")
        }
        let kept = Set(dataset.content.map(\.number))
        let lost = written.filter { !kept.contains($0) }
        if !lost.isEmpty { found.append("\(lost.count) acknowledged writes to \(volume) are lost") }
        return found
    }
}
