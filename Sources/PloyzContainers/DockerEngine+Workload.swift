package import PloyzMigration
package import PloyzModel

extension DockerEngine {
    package func createWorkload(_ workload: WorkloadSpec) async throws {
        let name = ContainerName.workload(workload.instance)
        // The sandbox's ID is part of the request, so that a workload of an earlier sandbox counts as another one.
        let sandbox = try await existing(.sandbox(workload.instance))
        let request = try ContainerCreation.workload(workload, sandboxID: sandbox.id)
        if let found = try await inspection(of: name) {
            if found.hasDigest(of: request) { return }
            try await requireStopped(found, name: name, for: "replaced")
            try await remove(id: found.id, force: false)
        }
        _ = try await create(request, as: name)
    }

    package func startWorkload(_ instance: InstanceRef) async throws -> RunningContainer {
        let name = ContainerName.workload(instance)
        return try await start(id: try await existing(name).id, name: name)
    }

    package func removeWorkload(_ instance: InstanceRef) async throws {
        let name = ContainerName.workload(instance)
        guard let container = try await inspection(of: name) else { return }
        try await requireStopped(container, name: name, for: "removed")
        try await remove(id: container.id, force: false)
    }

    /// Starts a container and returns its process.
    func start(id: String, name: ContainerName) async throws -> RunningContainer {
        let call = DockerCall(.post, "containers", id, "start")
        var reply = try await docker.send(call, within: Limit.change)
        if reply.status == 304 {
            // Docker says that it runs. Straight after a stop that may be its past: it learns of an exit some 30 ms
            // after the kernel has taken the processes away. What counts is whether there is a process.
            let container = try await existing(name)
            if container.state.running {
                if hasProcesses(container) { return RunningContainer(id: container.id, pid: container.state.pid) }
                try await awaitNotice(id: id)
            }
            reply = try await docker.send(call, within: Limit.change)
        }
        try reply.expect(204, 304, doing: "start container '\(name)'")
        let container = try await existing(name)
        guard container.state.running, container.state.pid > 0 else {
            throw PloyzError(
                .workloadEnded,
                "the container '\(name)' ended at once with exit status \(container.state.exitCode)"
                    + (container.state.error.isEmpty ? "" : ": \(container.state.error)"),
                state: "it is stopped",
                next: "docker logs \(name)"
            )
        }
        return RunningContainer(id: container.id, pid: container.state.pid)
    }

    /// Waits for Docker's notice of a container whose processes are gone.
    ///
    /// - Throws: `workload-running` when there are processes.
    private func requireStopped(_ container: ContainerInspection, name: ContainerName, for what: String) async throws {
        guard container.state.running else { return }
        guard !hasProcesses(container) else {
            throw PloyzError(
                .workloadRunning,
                "the container '\(name)' runs and cannot be \(what)",
                state: "it runs on, unchanged"
            )
        }
        try await awaitNotice(id: container.id)
    }

    /// Whether a container that Docker calls running has processes.
    func hasProcesses(_ container: ContainerInspection) -> Bool {
        ControlGroup.of(process: container.state.pid, container: container.id)?.processes().isEmpty == false
    }
}
