import Logging
package import PloyzMigration
import PloyzModel

extension DockerEngine {
    package func containers() async throws -> [OurContainer] {
        let action = "list containers"
        let filters = try JSON.encode(["label": [ContainerLabel.instance]])
        let query = [("all", "true"), ("filters", String(decoding: filters, as: UTF8.self))]
        let reply = try await docker.send(DockerCall(.get, "containers", "json", query: query), within: Limit.look)
        let listed = try reply.expect(200, doing: action).decode([IdentityAnswer].self, doing: action)
        // The list has neither process IDs nor exit statuses, so each one is looked at; eight at a time.
        let found = try await withThrowingTaskGroup(of: ContainerInspection?.self) { group in
            var result: [ContainerInspection] = []
            for (index, entry) in listed.enumerated() {
                if index >= 8, let next = try await group.next(), let container = next { result.append(container) }
                group.addTask { try await inspection(ofID: entry.id) }
            }
            for try await container in group { if let container { result.append(container) } }
            return result
        }
        return found.compactMap(ours).sorted { ($0.instance, $0.role.rawValue) < ($1.instance, $1.role.rawValue) }
    }

    private func ours(_ container: ContainerInspection) -> OurContainer? {
        guard let identity = ContainerLabel.identity(in: container.labels) else {
            logger.warning(
                "A container has a label of ours that cannot be read, it is left alone",
                metadata: ["container": "\(container.id)"]
            )
            return nil
        }
        return OurContainer(
            instance: identity.instance,
            role: identity.role,
            id: container.id,
            isRunning: container.state.running,
            wasStarted: container.state.wasStarted,
            pid: container.state.running ? container.state.pid : 0,
            exitCode: container.state.exitCode,
            epoch: identity.role == .workload ? ContainerLabel.epoch(in: container.labels) : nil,
            generation: identity.role == .workload ? ContainerLabel.generation(in: container.labels) : nil,
            operation: ContainerLabel.operation(in: container.labels),
            imageID: container.image
        )
    }

    /// `uname -m` of the machine that runs the containers.
    package func architecture() async throws -> String { try await version().architecture }

    /// What the daemon says of itself.
    package func version() async throws -> DockerVersion {
        let action = "tell about itself"
        let reply = try await docker.send(DockerCall(.get, "info"), within: Limit.look)
        let info = try reply.expect(200, doing: action).decode(InfoAnswer.self, doing: action)
        return DockerVersion(
            version: info.serverVersion,
            architecture: info.architecture,
            storageDriver: info.driver,
            cgroupVersion: info.cgroupVersion ?? "1",
            kernel: info.kernelVersion
        )
    }
}
