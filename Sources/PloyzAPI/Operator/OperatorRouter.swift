package import Hummingbird
import PloyzMigration
package import PloyzModel

/// Maps the routes of the operator API to a service: decode, one call, encode.
package struct OperatorRouter: Sendable {
    private let service: any OperatorService
    private let heartbeat: Duration
    private let refusals: Refusals

    /// - Parameters:
    ///   - heartbeat: how often an event stream that has nothing to tell sends an empty line, so that both sides notice
    ///     when the other is gone.
    ///   - refusals: counts what was the caller's fault.
    package init(
        _ service: any OperatorService,
        heartbeat: Duration = .seconds(5),
        counting refusals: Refusals = Refusals()
    ) {
        self.service = service
        self.heartbeat = heartbeat
        self.refusals = refusals
    }

    /// Adds every route of the API to `router`, errors translated.
    package func add<Context: RequestContext>(to router: Router<Context>) {
        let routes = router.group().add(middleware: ErrorTranslation(counting: refusals))
        for route in OperatorRoute.allCases {
            routes.on(RouterPath(route.rawValue), method: route.isRead ? .get : .post) { request, context in
                try await answer(route, request, context)
            }
        }
    }

    private func answer(_ route: OperatorRoute, _ request: Request, _ context: some RequestContext) async throws
        -> Response
    {
        switch route {
        case .version: try .document(await service.version())
        case .initializeMesh: try .document(await service.initializeMesh(request.document(MeshInitRequest.self)))
        case .join: try .document(await service.join(request.document(JoinRequest.self)))
        case .meshStatus: try .document(await service.meshStatus())
        case .createInvite: try .document(await service.createInvite(request.document(InviteRequest.self)))
        case .invites: try .document(await service.invites())
        case .revokeInvite: try .document(await service.revokeInvite(request.document(RevocationRequest.self)))
        case .machines: try .document(await service.machines())
        case .setLifecycle: try .document(await service.setLifecycle(request.document(LifecycleRequest.self)))
        case .removeMachine: try .document(await service.removeMachine(request.document(MachineRemovalRequest.self)))
        case .renameMachine: try .document(await service.renameMachine(request.document(MachineRenameRequest.self)))
        case .updateMachine: try .document(await service.updateMachine(request.document(MachineUpdateRequest.self)))
        case .roundTrips: try .document(await service.roundTrips(request.document(RoundTripRequest.self)))
        case .status: try .document(await service.status())
        case .previewDeploy: try .document(await service.previewDeploy(request.document(DeployRequest.self)))
        case .deploy: try .document(await service.deploy(request.document(DeployRequest.self)))
        case .services: try .document(await service.services())
        case .volumes: try .document(await service.volumes())
        case .previewMigration: try .document(await service.previewMigration(request.document(MoveRequest.self)))
        case .renderManifest: try .document(await service.renderManifest(request.document(RenderRequest.self)))
        case .applyMigration: try .document(await service.applyMigration(request.document(MoveRequest.self)))
        case .migrations: try .document(await service.migrations())
        case .migration: try .document(await service.migration(operation(context)))
        case .cancelMigration: try .document(await service.cancelMigration(operation(context)))
        case .watch: .lines(try await service.watch(operation(context)), heartbeat: heartbeat)
        case .previewDrain: try .document(await service.previewDrain(request.document(DrainRequest.self)))
        case .startDrain: try .document(await service.startDrain(request.document(DrainRequest.self)))
        case .watchDrain: .lines(try await service.watchDrain(drain(context)), heartbeat: heartbeat)
        case .changeStorage: try .document(await service.changeStorage(request.document(StorageRequest.self)))
        case .snapshot: .pieces { [service] take in try await service.snapshot(take) }
        case .restore: try .document(await service.restore(request.document(RestoreRequest.self)))
        }
    }

    /// Not inlined: the optimizer of Swift 6.3 crashes when it splits an asynchronous function with this in it.
    @inline(never)
    private func operation(_ context: some RequestContext) throws -> OperationID {
        try OperationID(context.parameters.require("id"))
    }

    /// Not inlined, for the same reason.
    @inline(never)
    private func drain(_ context: some RequestContext) throws -> DrainID {
        try DrainID(context.parameters.require("id"))
    }
}
