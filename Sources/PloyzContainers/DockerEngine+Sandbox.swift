package import PloyzMigration
package import PloyzModel

extension DockerEngine {
    package func startSandbox(_ sandbox: SandboxSpec) async throws -> RunningContainer {
        let name = ContainerName.sandbox(sandbox.instance)
        let found = try await inspection(of: name)
        let request = try ContainerCreation.sandbox(sandbox, image: try await ensureSandboxImage())
        let isRight = found?.hasDigest(of: request) ?? false
        if let found, found.state.running {
            if hasProcesses(found) {
                // Another one would cut off a workload that runs in this one's network.
                let isNeeded = try await inspection(of: .workload(sandbox.instance))?.state.running ?? false
                if isRight || isNeeded { return RunningContainer(id: found.id, pid: found.state.pid) }
            } else {
                try await awaitNotice(id: found.id)
            }
        }
        let id: String
        if let found, isRight {
            id = found.id
        } else {
            if let found { try await remove(id: found.id, force: true) }
            id = try await create(request, as: name)
        }
        return try await start(id: id, name: name)
    }

    package func removeSandbox(_ instance: InstanceRef) async throws {
        guard let container = try await inspection(of: .sandbox(instance)) else { return }
        try await remove(id: container.id, force: true)
    }

    /// Makes the image of the sandboxes if this machine lacks it, out of the static busybox, and returns its tag.
    @discardableResult
    package func ensureSandboxImage() async throws -> String { try await sandboxImage.ensure() }

    /// Whether the instance's workload is in its sandbox's network; nil unless both run. After a restart of the
    /// sandbox the workload is left in the old network, which nothing reaches any more: it has to be restarted.
    package func workloadSharesNetwork(_ instance: InstanceRef) async throws -> Bool? {
        guard let sandbox = try await inspection(of: .sandbox(instance)),
            let workload = try await inspection(of: .workload(instance)),
            let own = NetworkNamespace(ofProcess: sandbox.state.pid),
            let joined = NetworkNamespace(ofProcess: workload.state.pid)
        else { return nil }
        return own == joined
    }
}
