import PloyzAPI
import PloyzMigration
import PloyzModel
import PloyzTrust

extension FuzzTarget {
    /// Bodies of requests, from operators, daemons and machines that join, and the answers that clients read.
    static let api = FuzzTarget(name: "api", longest: 4096) { bytes in bodies.read(bytes) }

    private static let bodies = Bodies(
        readers: [
            // Between daemons.
            "facts": Bodies.record(TargetQuestion.self),
            "prepare": Bodies.record(PrepareRequest.self),
            "ticket": Bodies.record(TicketRequest.self),
            "adopt": Bodies.record(AdoptRequest.self),
            "start": Bodies.record(StartRequest.self),
            "settle": Bodies.record(SettleRequest.self),
            "discard": Bodies.record(DiscardRequest.self),
            "follow": Bodies.record(FollowRequest.self),
            "storage-begin": Bodies.record(StorageBeginning.self),
            "storage-authority": Bodies.record(AuthorityHandover.self),
            "storage-leave": Bodies.record(StorageDeparture.self),
            "storage-facts": Bodies.record(StorageFacts.self),
            "facts-answer": Bodies.record(TargetFacts.self),
            "ticket-answer": Bodies.record(TransferTicket.self),
            "start-answer": Bodies.record(StartReport.self) { _ = ($0.mount + $0.start + $0.readiness).description },
            // From strangers, and to them.
            "admission": Bodies.record(AdmissionRequest.self, admission),
            "admission-answer": Bodies.record(Admission.self) { _ = $0.storeAddresses },
            // From operators.
            "mesh-init": Bodies.document(MeshInitRequest.self),
            "mesh-join": Bodies.document(JoinRequest.self) { _ = try? JoinToken($0.token) },
            "invite": Bodies.document(InviteRequest.self) { _ = $0.ttl?.duration },
            "revoke": Bodies.document(RevocationRequest.self),
            "lifecycle": Bodies.document(LifecycleRequest.self),
            "storage": Bodies.document(StorageRequest.self),
            "restore": Bodies.document(RestoreRequest.self),
            "drain": Bodies.document(DrainRequest.self) { look(at: $0.limits) },
            "deploy": Bodies.document(DeployRequest.self) { look(at: $0.limits) },
            "move": Bodies.document(MoveRequest.self) { look(at: $0.limits) },
            "render": Bodies.document(RenderRequest.self),
            // To them.
            "error": Bodies.document(ErrorDocument.self) { _ = $0.error },
            "notice": Bodies.document(StreamLine<MigrationNotice>.self),
            "report": Bodies.document(MigrationReport.self),
            "storage-answer": Bodies.document(StorageChange.self),
            "snapshot": Bodies.document(StreamLine<SnapshotPiece>.self),
            "drain-answer": Bodies.document(DrainStart.self),
            "machines": Bodies.document(MachineList.self),
        ]
    )

    private static func admission(_ request: AdmissionRequest) {
        guard let secret = try? request.checkedSecret() else { return }
        claim(secret.hexadecimal == request.secret, "a secret that was checked is the one that was sent")
        claim(request.endpoints.allSatisfy(isOneLine), "an endpoint that was checked is one line")
        claim(isOneLine(request.wireguardKey), "a key that was checked is one line")
    }

    private static func look(at limits: PloyzAPI.MigrationLimits) {
        _ = limits.maxDowntime?.duration
        _ = limits.stallLimit?.duration
    }
}
