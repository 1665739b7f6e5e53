package import PloyzMigration
package import PloyzModel
import Synchronization

/// The containers of one machine.
package final class InMemoryContainers: ContainerEngine {
    private struct State {
        var images: Set<String> = []
        var sandboxes: [InstanceRef: RunningContainer] = [:]
        var workloads: [InstanceRef: WorkloadSpec] = [:]
        var running: [InstanceRef: RunningContainer] = [:]
        var nextPID: Int32 = 100
    }

    private let state = Mutex(State())
    private let machine: String
    private let volumes: InMemoryVolumes
    private let faults: FaultInjector
    private let ledger: WorkloadLedger

    /// - Parameter ledger: numbers what a workload writes when it starts.
    package init(machine: String, volumes: InMemoryVolumes, faults: FaultInjector, ledger: WorkloadLedger) {
        self.machine = machine
        self.volumes = volumes
        self.faults = faults
        self.ledger = ledger
    }

    package func addImage(_ id: String) { state.withLock { _ = $0.images.insert(id) } }
    package func isRunning(_ instance: InstanceRef) -> Bool { state.withLock { $0.running[instance] != nil } }

    /// Nothing runs any more; created workloads are still there.
    func powerOff() {
        state.withLock { state in
            state.running = [:]
            state.sandboxes = [:]
        }
    }

    /// Running workloads and the volumes that they have open.
    package func runningWorkloads() -> [InstanceRef: Set<VolumeRef>] {
        state.withLock { state in
            var running: [InstanceRef: Set<VolumeRef>] = [:]
            for (instance, spec) in state.workloads where state.running[instance] != nil {
                let namespace = instance.service.namespace
                running[instance] = Set(spec.directories.keys.map { VolumeRef(namespace: namespace, volume: $0) })
            }
            return running
        }
    }

    /// Volumes that running workloads have open.
    package func openVolumes() -> Set<VolumeRef> { runningWorkloads().values.reduce(into: []) { $0.formUnion($1) } }

    private func call<Value: Sendable>(
        _ name: String,
        _ subject: String,
        cost: Duration = .milliseconds(20),
        _ body: @escaping @Sendable (inout State) throws -> Value
    ) async throws -> Value {
        let order = subject.isEmpty ? nil : subject
        return try await faults.call(machine, "containers.\(name)", subject, cost: cost, order: order) { [self] in
            try state.withLock { try body(&$0) }
        }
    }

    package func imageID(_ reference: String) async throws -> String? {
        try await call("imageID", "") { $0.images.contains(reference) ? reference : nil }
    }

    package func imageSize(_ imageID: String) async throws -> ByteCount? { .mebibytes(4) }

    package func ensureImage(_ reference: String, policy: PullPolicy) async throws -> String { reference }

    package func startSandbox(_ sandbox: SandboxSpec) async throws -> RunningContainer {
        try await call("startSandbox", "\(sandbox.instance)") { state in
            if let running = state.sandboxes[sandbox.instance] { return running }
            let running = Self.start(&state, "sandbox-\(sandbox.instance)")
            state.sandboxes[sandbox.instance] = running
            return running
        }
    }

    package func createWorkload(_ workload: WorkloadSpec) async throws {
        try await call("createWorkload", "\(workload.instance)") { state in
            guard state.running[workload.instance] == nil else {
                throw PloyzError(.failed, "the workload of \(workload.instance) runs")
            }
            guard state.images.contains(workload.imageID) else {
                throw PloyzError(.imageMissing, "no image \(workload.imageID)")
            }
            state.workloads[workload.instance] = workload
        }
    }

    package func startWorkload(_ instance: InstanceRef) async throws -> RunningContainer {
        try await call("startWorkload", "\(instance)", cost: .milliseconds(70)) { state in
            if let running = state.running[instance] { return running }
            guard let spec = state.workloads[instance], state.sandboxes[instance] != nil else {
                throw PloyzError(.failed, "no created workload and sandbox of \(instance)")
            }
            for name in spec.directories.keys {
                let volume = VolumeRef(namespace: instance.service.namespace, volume: name)
                guard self.volumes[volume]?.isMounted == true else {
                    throw PloyzError(.failed, "bind source path does not exist: \(volume)")
                }
            }
            let running = Self.start(&state, "workload-\(instance)")
            state.running[instance] = running
            // Whatever starts writes something, a lock file or a checkpoint, also where it is only a candidate.
            for name in spec.directories.keys {
                let volume = VolumeRef(namespace: instance.service.namespace, volume: name)
                _ = self.volumes.append(self.ledger.nextStart(of: spec.operation), to: volume)
            }
            return running
        }
    }

    package func stopWorkload(_ instance: InstanceRef, grace: Duration) async throws {
        try await call("stopWorkload", "\(instance)", cost: .milliseconds(40)) { $0.running[instance] = nil }
    }

    package func removeWorkload(_ instance: InstanceRef) async throws {
        try await call("removeWorkload", "\(instance)") { state in
            guard state.running[instance] == nil else { throw PloyzError(.failed, "\(instance) runs") }
            state.workloads[instance] = nil
        }
    }

    package func removeSandbox(_ instance: InstanceRef) async throws {
        try await call("removeSandbox", "\(instance)") { $0.sandboxes[instance] = nil }
    }

    package func containers() async throws -> [OurContainer] { try await call("containers", "") { Self.list($0) } }

    /// The same, for observers.
    package var all: [OurContainer] { state.withLock { Self.list($0) } }

    private static func list(_ state: State) -> [OurContainer] {
        let sandboxes = state.sandboxes.map { instance, container in
            OurContainer(
                instance: instance,
                role: .sandbox,
                id: container.id,
                isRunning: true,
                pid: container.pid,
                exitCode: 0,
                epoch: nil,
                generation: nil,
                operation: nil,
                imageID: ""
            )
        }
        let workloads = state.workloads.map { instance, spec in
            OurContainer(
                instance: instance,
                role: .workload,
                id: "workload-\(instance)",
                isRunning: state.running[instance] != nil,
                pid: state.running[instance]?.pid ?? 0,
                exitCode: 0,
                epoch: spec.epoch,
                generation: spec.generation,
                operation: spec.operation,
                imageID: spec.imageID
            )
        }
        return (sandboxes + workloads).sorted { ($0.instance, $0.id) < ($1.instance, $1.id) }
    }

    package func execute(_ command: [String], in instance: InstanceRef) async throws -> Int32 { 0 }

    package func events() -> AsyncThrowingStream<ContainerEvent, any Error> { AsyncThrowingStream { $0.finish() } }

    private static func start(_ state: inout State, _ id: String) -> RunningContainer {
        state.nextPID += 1
        return RunningContainer(id: id, pid: state.nextPID)
    }
}
