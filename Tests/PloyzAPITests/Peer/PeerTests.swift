import Foundation
import Hummingbird
import PloyzAPI
import PloyzMigration
import PloyzModel
import PloyzTrust
import Testing

@Suite(.timeLimit(.minutes(1)))
struct PeerTests {
    let cluster: TestCluster
    let target: MachineID
    let owner: MachineID
    let orders = Orders()
    let attempt: AttemptID

    init() throws {
        cluster = try TestCluster()
        target = cluster.machine()
        owner = cluster.machine()
        attempt = AttemptID(operation: try OperationID("op-0000000000000001"), attempt: 2)
    }

    @Test func everyOrderArrivesWithItsCallerAndItsAnswerComesBack() async throws {
        try await withPeer { peer in
            let volume = try VolumeRef("shop/data")
            let unit = MigrationUnit(members: [], volumes: [])
            #expect(try await peer.facts(TargetQuestion(unit: unit)) == FakePeer.facts)
            try await peer.prepare(PrepareRequest(id: attempt, source: owner, unit: unit, bases: [:]))
            let ticket = try await peer.ticket(TicketRequest(id: attempt, content: .image("sha256:00")))
            #expect(ticket == FakePeer.ticket)
            try await peer.adopt(AdoptRequest(id: attempt, volume: volume, guid: .max))
            #expect(try await peer.start(StartRequest(id: attempt, snapshots: [volume: .max])) == FakePeer.report)
            try await peer.settle(SettleRequest(id: attempt))
            try await peer.discard(DiscardRequest(id: attempt))
        }
        let told = [
            "facts of 0", "prepare op-0000000000000001#2", "ticket op-0000000000000001#2",
            "adopt shop/data \(UInt64.max)", "start [\(UInt64.max)]", "settle op-0000000000000001#2",
            "discard op-0000000000000001#2",
        ]
        #expect(orders.all == told.map { "\(owner): \($0)" })
    }

    @Test func theOtherDaemonsErrorComesBackWhole() async throws {
        let failure = PloyzError(
            ErrorCode("discarded", exitStatus: 4),
            "the attempt was discarded",
            state: "nothing runs",
            next: "run it again",
            others: [PloyzError(.failed, "and more")]
        )
        try await withPeer(failing: failure) { peer in
            let error = await #expect(throws: PloyzError.self) { try await peer.settle(SettleRequest(id: attempt)) }
            #expect(error == failure)
        }
    }

    @Test func aClientOfAnotherAuthorityIsRefused() async throws {
        let stranger = try TestCluster()
        // It believes the cluster's authority, so that only its own certificate is wrong.
        let credentials = try stranger.credentials(of: owner, root: cluster.authority.root)
        try await expectUnreachable(credentials: credentials)
    }

    @Test func aClientWithAnExpiredCertificateIsRefused() async throws {
        let credentials = try cluster.credentials(of: owner, at: Date() - CertificateAuthority.machineLifetime - 1)
        try await expectUnreachable(credentials: credentials)
    }

    @Test func aServerOfAnotherAuthorityIsNotBelieved() async throws {
        let other = try TestCluster()
        let credentials = try cluster.credentials(of: owner, root: other.authority.root)
        try await expectUnreachable(credentials: credentials)
    }

    @Test func anotherMachineOfTheClusterAtTheAddressIsNotBelieved() async throws {
        let meant = cluster.machine()
        let error = try await expectUnreachable(credentials: cluster.credentials(of: owner), calling: meant)
        #expect(error?.message.contains("certificate says otherwise") == true)
    }

    @Test func aMachineThatTheDaemonDoesNotAdmitIsRefused() async throws {
        try await withPeer(admits: { _ in false }) { peer in
            let error = await #expect(throws: PloyzError.self) { try await peer.settle(SettleRequest(id: attempt)) }
            #expect(error?.code == .peerRefused)
        }
        #expect(orders.all == [])
    }

    @Test func theOpenConnectionsOfAMachineAreClosedAndNoOthers() async throws {
        let connections = PeerConnections()
        let other = cluster.machine()
        try await withPeerServer(connections: connections) { port in
            let directories = try [owner, other].map { PeerDirectory(credentials: try cluster.credentials(of: $0)) }
            let place = PeerTarget(machine: target, name: try MachineName("m2"), address: "::1", port: port)
            let peers = [try await directories[0].client(for: place), try await directories[1].client(for: place)]
            for peer in peers { try await peer.settle(SettleRequest(id: attempt)) }
            #expect(connections.machines == [owner, other])
            // One that is in the middle of an answer, too.
            let busy = peers[0]
            let long = Task { () async throws -> [String: String] in
                try await busy.call("/v1/forward/never", ["a": "b"], within: .seconds(30))
            }
            for _ in 0..<2000 where orders.all.last != "\(owner): never" {
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(connections.close(of: owner) >= 1)
            let error = await #expect(throws: PloyzError.self) { try await long.value }
            #expect(error?.code == .peerUnreachable)
            for _ in 0..<200 where connections.machines.contains(owner) { try await Task.sleep(for: .milliseconds(10)) }
            #expect(connections.machines == [other])
            #expect(connections.close(of: owner) == 0)
            for directory in directories { try await directory.shutDown() }
        }
    }

    @Test("A certificate that is renewed is shown on new connections, by servers and clients that run")
    func renewed() async throws {
        // Another machine's, so that one sees which is shown.
        let (key, other) = (try cluster.key(), cluster.machine())
        let client = try cluster.credentials(of: owner, key: key)
        let server = try cluster.credentials(of: target, key: key)
        try await withPeerServer(credentials: server) { port in
            let directory = PeerDirectory(credentials: client)
            let place = PeerTarget(machine: target, name: try MachineName("m2"), address: "::1", port: port)
            let peer = try await directory.client(for: place)
            #expect(try await caller(of: peer) == owner.text)
            client.renew(try cluster.credentials(of: other, key: key).certificate)
            #expect(try await caller(of: peer) == owner.text)
            try await closeConnections(of: peer)
            #expect(try await caller(of: peer) == other.text)
            server.renew(try cluster.credentials(of: other, key: key).certificate)
            #expect(try await caller(of: peer) == other.text)
            try await closeConnections(of: peer)
            let error = await #expect(throws: PloyzError.self) { try await caller(of: peer) }
            #expect(error?.message.contains("certificate says otherwise") == true)
            try await directory.shutDown()
        }
    }

    /// Whom the server takes the client for.
    private func caller(of peer: PeerClient) async throws -> String? {
        let answer: [String: String] = try await peer.call("/v1/forward/echo", [String: String](), within: .seconds(5))
        return answer["caller"]
    }

    private func closeConnections(of peer: PeerClient) async throws {
        let error = await #expect(throws: PloyzError.self) {
            let _: [String: String] = try await peer.call("/v1/forward/close", [String: String](), within: .seconds(5))
        }
        #expect(error?.code == .peerUnreachable)
    }

    @Test func aClientWithoutACertificateIsRefused() async throws {
        // The client for machines that have only a token shows none.
        try await withPeerServer { port in
            var generator = SystemRandomNumberGenerator()
            let token = JoinToken(
                cluster: cluster.record.name,
                clusterID: cluster.record.id,
                root: cluster.authority.root,
                endpoints: [try JoinEndpoint("[::1]:\(port)")],
                secret: JoinSecret(using: &generator)
            )
            let error = await #expect(throws: PloyzError.self) {
                try await JoinClient(token).join(JoinTests.request(secret: token.secret))
            }
            #expect(error?.code == .peerUnreachable)
        }
        #expect(orders.all == [])
    }

    @Test func nobodyListeningIsUnreachable() async throws {
        let place = PeerTarget(machine: target, name: try MachineName("m2"), address: "::1", port: 1)
        let directory = PeerDirectory(credentials: try cluster.credentials(of: owner))
        let peer = try await directory.client(for: place)
        let error = await #expect(throws: PloyzError.self) { try await peer.settle(SettleRequest(id: attempt)) }
        #expect(error?.code == .peerUnreachable)
        try await directory.shutDown()
        await #expect(throws: CancellationError.self) { try await directory.client(for: place) }
    }

    @Test func theDaemonAddsRoutesThatKnowTheirCaller() async throws {
        try await withPeer { peer in
            let answer: [String: String] = try await peer.call("/v1/forward/echo", ["a": "b"], within: .seconds(5))
            #expect(answer == ["a": "b", "caller": owner.text])
            let error = await #expect(throws: PloyzError.self) {
                let _: [String: String] = try await peer.call("/v1/forward/none", ["a": "b"], within: .seconds(5))
            }
            #expect(error?.code == .usage)
        }
    }

    @Test func aBodyBeyondTheBoundIsRefused() async throws {
        try await withPeer { peer in
            let large = ["a": String(repeating: "x", count: Request.maximumBody)]
            let error = await #expect(throws: PloyzError.self) {
                let _: [String: String] = try await peer.call("/v1/forward/echo", large, within: .seconds(5))
            }
            #expect(error?.code == .usage)
        }
    }

    /// So that a call which may take minutes ends when the other machine is gone without a word.
    @Test func theKernelProbesASilentConnection() async throws {
        try await withPeer { peer in
            try await peer.settle(SettleRequest(id: attempt))
            let sockets = try kernelTimers(of: peer.target.port)
            #expect(sockets.contains("keepalive"))
        }
    }

    /// What ss(8) says of the established connections to a port, with their timers.
    private func kernelTimers(of port: Int) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["ss", "-tnoH", "state", "established", "dport", "= :\(port)"]
        process.standardOutput = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: text, as: UTF8.self)
    }

    @Test func oneConnectionServesManyCalls() async throws {
        try await withPeer { peer in
            var times: [Duration] = []
            for _ in 0..<50 {
                times.append(try await ContinuousClock().measure { try await peer.settle(SettleRequest(id: attempt)) })
            }
            let rest = times.dropFirst().sorted()
            print("peer call: first \(times[0]), median \(rest[rest.count / 2]), longest \(rest[rest.count - 1])")
            #expect(rest[rest.count / 2] < .milliseconds(100))
        }
    }

    @discardableResult
    private func expectUnreachable(
        credentials: TransportCredentials,
        calling machine: MachineID? = nil
    ) async throws -> PloyzError? {
        let (errors, report) = AsyncStream.makeStream(of: PloyzError?.self)
        try await withPeer(credentials: credentials, calling: machine) { peer in
            let error = await #expect(throws: PloyzError.self) { try await peer.settle(SettleRequest(id: attempt)) }
            #expect(error?.code == .peerUnreachable)
            report.yield(error)
            report.finish()
        }
        #expect(orders.all == [])
        for await error in errors { return error }
        return nil
    }

    private func withPeer(
        failing failure: PloyzError? = nil,
        credentials: TransportCredentials? = nil,
        calling machine: MachineID? = nil,
        admits: @escaping @Sendable (MachineID) async -> Bool = { _ in true },
        _ body: @Sendable (PeerClient) async throws -> Void
    ) async throws {
        try await withPeerServer(failing: failure, admits: admits) { port in
            let target = PeerTarget(
                machine: machine ?? target,
                name: try MachineName("m2"),
                address: "::1",
                port: port
            )
            let directory = PeerDirectory(credentials: try credentials ?? cluster.credentials(of: owner))
            do {
                try await body(try await directory.client(for: target))
            } catch {
                try await directory.shutDown()
                throw error
            }
            try await directory.shutDown()
        }
    }

    private func withPeerServer(
        failing failure: PloyzError? = nil,
        credentials: TransportCredentials? = nil,
        connections: PeerConnections = PeerConnections(),
        admits: @escaping @Sendable (MachineID) async -> Bool = { _ in true },
        _ body: @Sendable (Int) async throws -> Void
    ) async throws {
        let credentials = try credentials ?? cluster.credentials(of: target)
        try await withServer { running in
            PeerServer(
                address: "::1",
                port: 0,
                credentials: credentials,
                connections: connections,
                logger: TestCluster.quiet,
                admits: admits,
                agent: { FakePeer(caller: $0, orders: orders, failure: failure) },
                routes: { router in
                    router.post("/v1/forward/echo") { request, context in
                        var message = try await request.message([String: String].self)
                        message["caller"] = try context.machine.text
                        return try Response.message(message)
                    }
                    router.post("/v1/forward/never") { _, context -> Response in
                        orders.note("\(try context.machine): never")
                        try await Task.sleep(for: .seconds(60))
                        throw HTTPError(.internalServerError)
                    }
                    router.post("/v1/forward/close") { _, context -> Response in
                        connections.close(of: try context.machine)
                        throw HTTPError(.internalServerError)
                    }
                },
                onRunning: running
            )
        } _: { port in
            try await body(port)
        }
    }
}
