import PloyzMigration
import PloyzModel

/// A container engine that puts the values of secrets in where a workload is created, the only place that needs them.
struct SecretsEngine: ContainerEngine {
    let engine: any ContainerEngine
    let mirror: ClusterMirror
    let store: any ClusterStore

    func createWorkload(_ workload: WorkloadSpec) async throws {
        var template = workload.template
        let tags = template.env.compactMapValues { value -> SecretTag? in
            if case .stored(let tag) = value { tag } else { nil }
        }
        if !tags.isEmpty {
            let values = try await values(of: tags, of: workload.instance)
            template.env.merge(values.mapValues(EnvironmentValue.secret)) { $1 }
        }
        try await engine.createWorkload(
            WorkloadSpec(
                instance: workload.instance,
                template: template,
                imageID: workload.imageID,
                directories: workload.directories,
                epoch: workload.epoch,
                generation: workload.generation,
                operation: workload.operation
            )
        )
    }

    /// By what the watch has shown, so that an instance starts again while the store is away; the store is asked for what
    /// that does not have.
    ///
    /// - Throws: `secret-missing`, and what the store throws.
    private func values(of tags: [String: SecretTag], of instance: InstanceRef) async throws -> [String: Secret] {
        let key = StoreKey.secrets(of: instance.service)
        let known = mirror.value(key).flatMap { try? JSON.decode(SecretsRecord.self, from: $0) }
        if let known, let values = Self.values(of: tags, in: known) { return values }
        let asked = try await store.record(SecretsRecord.self, at: key)
        if let asked, let values = Self.values(of: tags, in: asked) { return values }
        throw PloyzError(
            .secretMissing,
            "the store does not have the secrets of \(instance.service) that its record names",
            state: "no container was created",
            next: "deploy the service with the secrets' values"
        )
    }

    /// nil unless all are there.
    static func values(of tags: [String: SecretTag], in record: SecretsRecord) -> [String: Secret]? {
        let values = tags.compactMapValues { tag in record.env.values.first { $0.tag == tag }?.value }
        return values.count == tags.count ? values : nil
    }

    // MARK: As the engine does

    func imageID(_ reference: String) async throws -> String? { try await engine.imageID(reference) }

    func imageSize(_ imageID: String) async throws -> ByteCount? { try await engine.imageSize(imageID) }

    func ensureImage(_ reference: String, policy: PullPolicy) async throws -> String {
        try await engine.ensureImage(reference, policy: policy)
    }

    func startSandbox(_ sandbox: SandboxSpec) async throws -> RunningContainer {
        try await engine.startSandbox(sandbox)
    }

    func startWorkload(_ instance: InstanceRef) async throws -> RunningContainer {
        try await engine.startWorkload(instance)
    }

    func stopWorkload(_ instance: InstanceRef, grace: Duration) async throws {
        try await engine.stopWorkload(instance, grace: grace)
    }

    func removeWorkload(_ instance: InstanceRef) async throws { try await engine.removeWorkload(instance) }

    func removeSandbox(_ instance: InstanceRef) async throws { try await engine.removeSandbox(instance) }

    func containers() async throws -> [OurContainer] { try await engine.containers() }

    func execute(_ command: [String], in instance: InstanceRef) async throws -> Int32 {
        try await engine.execute(command, in: instance)
    }

    func events() -> AsyncThrowingStream<ContainerEvent, any Error> { engine.events() }
}
