import Foundation
import PloyzAPI
import PloyzManifest
import PloyzMigration
import PloyzModel

/// Makes the cluster what a manifest says, and asks for the moves in its intent.
///
/// `migrate apply` is a deployment of what `migrate render-manifest` prints: there is no second way to move a service.
struct Deployer: Sendable {
    let store: any ClusterStore
    let mirror: ClusterMirror
    let migrations: MigrationService
    let timekeeper: any Timekeeper
    /// What a volume itself refers to, as its owner says; nil when that does not answer.
    let content: @Sendable (VolumeRecord) async -> ByteCount?

    /// Readings of the store that may be outdated when the transaction comes.
    private static let tries = 8
    /// How long instances may take beyond their readiness timeout: images are pulled in it.
    private static let startLimit = Duration.seconds(120)

    func preview(_ request: DeployRequest) async throws -> DeployPreview {
        let (plan, _) = try await plan(request)
        var previews: [MigrationPreview] = []
        for move in plan.moves {
            previews.append(try await migrations.preview(MigrationRequest(move, limits: request.limits)))
        }
        return DeployPreview(namespace: plan.namespace, changes: plan.changes, migrations: previews)
    }

    func deploy(_ request: DeployRequest) async throws -> DeployResult {
        for _ in 0..<Self.tries {
            let (plan, picture) = try await plan(request)
            if !plan.writesNothing {
                guard try await store.commit(try plan.transaction(in: picture)) else { continue }
            }
            try await waitUntilReady(plan)
            var started: [MigrationStart] = []
            for move in plan.moves {
                started.append(try await migrations.start(MigrationRequest(move, limits: request.limits)))
            }
            return DeployResult(namespace: plan.namespace, changes: plan.changes, migrations: started)
        }
        throw PloyzError(
            .failed,
            "the cluster changed each time the manifest was about to be committed",
            state: "nothing was changed",
            next: "run the command again"
        )
    }

    func render(_ request: RenderRequest) async throws -> RenderedManifest {
        let rendering = try await rendering(of: request.move)
        guard let format = DocumentFormat(rawValue: request.format.rawValue) else {
            throw PloyzError(.usage, "the format '\(request.format.rawValue)' is not known")
        }
        return RenderedManifest(
            service: request.move.service,
            format: request.format,
            document: try ManifestWriter.text(of: rendering.manifest, as: format)
        )
    }

    /// What `migrate preview` shows.
    func previewMove(_ request: MoveRequest) async throws -> MigrationPreview {
        let rendering = try await rendering(of: request)
        var migration = MigrationRequest(
            service: request.service,
            instance: rendering.instance.ref.index,
            from: rendering.instance.machine,
            target: rendering.target.id,
            limits: request.limits
        )
        migration.takesTargetForActive = request.takesTargetForActive
        return try await migrations.preview(migration)
    }

    /// Deploys what ``render(_:)`` prints.
    func applyMove(_ request: MoveRequest) async throws -> MigrationStart {
        let rendering = try await rendering(of: request)
        guard !rendering.isAlreadyThere else {
            return MigrationStart(
                outcome: .alreadyThere,
                operation: nil,
                instance: rendering.instance.ref,
                to: MachinePlace(rendering.target)
            )
        }
        let document = try ManifestWriter.text(of: rendering.manifest, as: .json)
        let result = try await deploy(DeployRequest(document: document, format: .json, limits: request.limits))
        guard let start = result.migrations.first else {
            throw PloyzError(.failed, "the rendered manifest asks for no move", next: "run the command again")
        }
        return start
    }

    /// - Throws: what the manifest alone forbids together with everything else that forbids the move.
    private func rendering(of move: MoveRequest) async throws -> ManifestRenderer.Rendering {
        let picture = try DeployPicture(try await store.list(.root))
        let rendered = Result { () throws(PloyzError) in
            try ManifestRenderer.render(
                move.service,
                to: move.to,
                instance: move.instance,
                from: move.from,
                in: picture
            )
        }
        if case .failure(let error) = rendered, error.code == .bindMount || error.code == .globalService,
            let request = request(for: move, in: picture)
        {
            _ = try await migrations.preview(request)
        }
        return try rendered.get()
    }

    /// The request as it would be made if a manifest could say it; nil when the names in it lead nowhere.
    private func request(for move: MoveRequest, in picture: DeployPicture) -> MigrationRequest? {
        func id(_ machine: String) -> MachineID? { try? picture.cluster.machine(named: machine).id }
        let candidates = picture.instances(of: move.service).filter { instance in
            (move.instance == nil || instance.ref.index == move.instance)
                && (move.from == nil || instance.machine == move.from.flatMap(id))
        }
        guard let instance = candidates.first, let target = id(move.to) else { return nil }
        return MigrationRequest(
            service: move.service,
            instance: instance.ref.index,
            from: instance.machine,
            target: target,
            limits: move.limits
        )
    }

    private func plan(_ request: DeployRequest) async throws -> (DeployPlan, DeployPicture) {
        let picture = try DeployPicture(try await store.list(.root))
        guard let format = DocumentFormat(rawValue: request.format.rawValue) else {
            throw PloyzError(.usage, "the format '\(request.format.rawValue)' is not known")
        }
        let manifest: Manifest
        do {
            manifest = try ManifestReader.read(
                Array(request.document.utf8),
                as: format,
                known: .cluster(picture.volumeSpecs)
            )
        } catch {
            throw error.error(source: "the manifest")
        }
        let plan = try DeployPlanner.plan(manifest, in: picture)
        try await checkQuotas(of: plan, in: picture)
        return (plan, picture)
    }

    /// ZFS refuses a quota below what the volume refers to already. What its owner does not tell is tried there.
    ///
    /// - Throws: ``PloyzError`` `quota-too-small`, for all volumes at once.
    private func checkQuotas(of plan: DeployPlan, in picture: DeployPicture) async throws {
        var errors: [PloyzError] = []
        for volume in plan.volumes {
            guard let quota = volume.spec.quota, let before = picture.volume(volume.ref), before.isCreated,
                before.spec.quota != quota, let content = await content(before), content.bytes > quota.bytes
            else { continue }
            errors.append(
                PloyzError(
                    .quotaTooSmall,
                    "\(volume.ref) has \(content) in it: a quota of \(quota) is too small",
                    next: "delete some of it, or give it a larger quota: ployzctl volume ls"
                )
            )
        }
        if let error = PloyzError.all(errors) { throw error }
    }

    /// Returns when every instance that the plan placed says that it is ready at its generation.
    private func waitUntilReady(_ plan: DeployPlan) async throws {
        let services = Dictionary(plan.services.map { ($0.ref, $0) }) { $1 }
        let waited = plan.instances.filter { services[$0.ref.service] != nil }
        guard !waited.isEmpty else { return }
        let readiness = plan.services.compactMap { $0.spec.readiness?.timeout.duration }.max() ?? .zero
        let deadline = timekeeper.now + Self.startLimit + readiness
        let changes = mirror.changes()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in changes {
                    if try waited.allSatisfy({ try isReady($0) }) { return }
                }
            }
            group.addTask {
                try await timekeeper.sleep(for: deadline - timekeeper.now)
                let missing = waited.filter { (try? isReady($0)) != true }.map(\.ref.description)
                throw PloyzError(
                    .notReady,
                    "not ready in time: \(missing.joined(separator: ", "))",
                    state: "the manifest is deployed and the machines go on trying",
                    next: "ployzctl service ls; ployzctl status says why"
                )
            }
            try await group.next()
            group.cancelAll()
        }
    }

    /// - Throws: ``PloyzError`` `not-ready` when its machine says that it cannot be started.
    private func isReady(_ instance: InstanceRecord) throws -> Bool {
        guard let value = mirror.value(.status(instance.ref)),
            let status = try? JSON.decode(InstanceStatus.self, from: value),
            status.machine == instance.machine, status.generation >= instance.generation
        else { return false }
        switch status.state {
        case .ready: return true
        case .starting: return false
        case .unready, .stopped, .failed:
            throw PloyzError(
                .notReady,
                "\(instance.ref) is \(status.state.rawValue): \(status.message ?? "no reason was given")",
                state: "the manifest is deployed; its machine goes on trying as the restart policy says",
                next: "ployzctl status"
            )
        }
    }
}

extension MigrationRequest {
    init(
        service: ServiceRef,
        instance: Int,
        from: MachineID,
        target: MachineID,
        limits: PloyzAPI.MigrationLimits
    ) {
        self.init(
            service: service,
            instance: instance,
            from: from,
            target: target,
            maxDowntime: limits.maxDowntime,
            stallLimit: limits.stallLimit ?? Self.defaultStallLimit,
            requester: "operator"
        )
    }

    init(_ move: DeployMove, limits: PloyzAPI.MigrationLimits) {
        self.init(
            service: move.instance.service,
            instance: move.instance.index,
            from: move.from,
            target: move.to,
            limits: limits
        )
    }
}
