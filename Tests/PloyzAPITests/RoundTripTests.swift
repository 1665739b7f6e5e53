import Foundation
import PloyzAPI
import PloyzAPITestSupport
import PloyzMigration
import PloyzModel
import Testing

private actor Pieces {
    private(set) var taken: [SnapshotPiece] = []

    func take(_ piece: SnapshotPiece) { taken.append(piece) }
}

@Suite("Calls over a Unix socket")
struct RoundTripTests {
    @Test("Every call brings the request to the service and its answer back")
    func everyCall() async throws {
        let service = FakeOperatorService()
        try await TestDaemon.run(service) { client, _ in
            let limits = MigrationLimits(maxDowntime: Span(milliseconds: 500), stallLimit: nil)
            let move = MoveRequest(service: Samples.redis, to: "m2", instance: 0, from: "10.101.1.1", limits: limits)
            let manifest = DeployRequest(document: "namespace = \"ünïcode\"\n", format: .toml, limits: limits)

            #expect(try await client.version() == Samples.version)
            #expect(
                try await client.initializeMesh(MeshInitRequest(name: Samples.mesh.name, endpoint: "192.0.2.1"))
                    == Samples.mesh
            )
            #expect(try await client.join(JoinRequest(token: "a/b+c")) == Samples.mesh)
            #expect(try await client.meshStatus() == Samples.mesh)
            #expect(try await client.createInvite(InviteRequest(ttl: Span(milliseconds: 60_000))) == Samples.invite)
            #expect(try await client.invites() == Samples.invites)
            #expect(try await client.revokeInvite(RevocationRequest(id: "0123456789abcdef")).id == "0123456789abcdef")
            #expect(try await client.machines() == Samples.machines)
            #expect(
                try await client.setLifecycle(LifecycleRequest(machine: "m2", lifecycle: .draining)).after == .draining
            )
            let removal = MachineRemovalRequest(machine: "m2", force: true, yesLose: [Samples.data, Samples.bulk])
            #expect(try await client.removeMachine(removal) == Samples.removal)
            let beta = try MachineName("beta")
            #expect(
                try await client.renameMachine(MachineRenameRequest(machine: "m2", name: beta)).machine.name == beta
            )
            // Names of labels are data: they are not made snake_case.
            let labels = ["rackRow_1/a": "r1", "URL": ""]
            let update = MachineUpdateRequest(machine: "m2", labels: labels, removedLabels: ["oldOne"])
            #expect(try await client.updateMachine(update).labels == labels)
            #expect(try await client.roundTrips(RoundTripRequest(machine: nil)) == Samples.roundTrips)
            #expect(try await client.status() == Samples.status)
            #expect(try await client.previewDeploy(manifest) == Samples.deployPreview)
            #expect(try await client.deploy(manifest) == Samples.deployed)
            #expect(try await client.services() == Samples.services)
            #expect(try await client.volumes() == Samples.volumes)
            #expect(try await client.previewMigration(move) == Samples.preview)
            #expect(try await client.renderManifest(RenderRequest(move: move, format: .json)) == Samples.rendered)
            #expect(try await client.applyMigration(move) == Samples.start)
            #expect(try await client.migrations() == Samples.migrations)
            #expect(try await client.migration(Samples.operation) == Samples.detail)
            var received: [MigrationNotice] = []
            for try await notice in try await client.watch(Samples.operation) { received.append(notice) }
            #expect(received == Samples.notices)
            let answer = CancelAnswer(operation: Samples.operation, outcome: .cancelling)
            #expect(try await client.cancelMigration(Samples.operation) == answer)
            let drain = DrainRequest(machine: "m1", targets: ["m2"], parallel: 3, limits: limits)
            #expect(try await client.previewDrain(drain) == Samples.plannedDrain)
            #expect(try await client.startDrain(drain).drain == Samples.runningDrain)
            var reports: [DrainReport] = []
            for try await report in try await client.watchDrain(Samples.drain) { reports.append(report) }
            #expect(reports == [Samples.runningDrain, Samples.endedDrain])

            let storage = StorageRequest(machine: "m2", change: .promote)
            #expect(try await client.changeStorage(storage) == Samples.storageChange)
            let pieces = Pieces()
            try await client.snapshot { await pieces.take($0) }
            #expect(await pieces.taken == Samples.snapshot)
            let restore = RestoreRequest(path: "/var/backups/store.db", isForced: true)
            #expect(try await client.restore(restore) == Samples.restoration)
        }
        let paths = Set(service.calls.map { $0.prefix { $0 != " " } })
        let routes = OperatorRoute.allCases.map { route in
            Substring(route.path(id: route == .watchDrain ? Samples.drain.text : Samples.operation.text))
        }
        #expect(paths == Set(routes))
        #expect(service.calls.contains { $0.contains(#""max_downtime":"500ms""#) && $0.contains("10.101.1.1") })
        #expect(service.calls.contains { $0.contains("ünïcode") })
    }

    @Test("An error keeps its code, exit status, state, next command and companions")
    func errors() async throws {
        let failure = try #require(
            PloyzError.all([
                PloyzError(ErrorCode("no-space", exitStatus: 3), "no space", state: "as before", next: "x"),
                Samples.notReady,
            ])
        )
        try await TestDaemon.run(FakeOperatorService(failure: failure)) { client, _ in
            await #expect(throws: failure) { try await client.status() }
            await #expect(throws: failure) { try await client.watch(Samples.operation) }
            await #expect(throws: failure) {
                try await client.previewMigration(MoveRequest(service: Samples.redis, to: "m2"))
            }
        }
    }

    @Test("A body above the limit is refused")
    func bounded() async throws {
        let service = FakeOperatorService()
        try await TestDaemon.run(service) { client, _ in
            let large = DeployRequest(document: String(repeating: "#", count: 5 << 20), format: .toml)
            let error = await #expect(throws: PloyzError.self) { try await client.deploy(large) }
            #expect([ErrorCode.usage, .daemonUnreachable].contains(error?.code))
        }
        #expect(service.calls.isEmpty)
    }

    @Test("A daemon that is not there is told as unreachable, with the next command")
    func unreachable() async throws {
        try await TestDaemon.withSocketPath { path in
            let error = await #expect(throws: PloyzError.self) {
                try await OperatorClient.withLocalDaemon(socketPath: path) { try await $0.status() }
            }
            #expect(error?.code == .daemonUnreachable)
            #expect(error?.message.contains(path) == true)
            #expect(error?.message.contains("no such file or directory") == true)
            #expect(error?.next?.contains("ployzd") == true)
        }
    }
}
