import Foundation
import PloyzAPI
import PloyzMigration
import PloyzModel
import PloyzTrust
import Testing

@Suite(.timeLimit(.minutes(1)))
struct JoinTests {
    let cluster: TestCluster
    let founder: MachineID
    let secret: JoinSecret

    init() throws {
        var generator = SystemRandomNumberGenerator()
        cluster = try TestCluster()
        founder = cluster.machine()
        secret = JoinSecret(using: &generator)
    }

    @Test func aMachineWithTheTokenIsToldWhoItIsAndWhereTheOthersAre() async throws {
        let admission = try admission()
        try await withJoinServer(admit: { _ in admission }) { port in
            let joined = try await JoinClient(token(port)).join(Self.request(secret: secret))
            #expect(joined == admission)
            #expect(joined.storeAddresses == ["fd00::1"])
        }
    }

    @Test func theNextEndpointIsAskedWhenOneIsSilent() async throws {
        let admission = try admission()
        try await withJoinServer(admit: { _ in admission }) { port in
            let token = try token(port, before: ["[::1]:1"])
            #expect(try await JoinClient(token).join(Self.request(secret: secret)) == admission)
        }
    }

    @Test func aMachineWhoseCertificateHasEndedAsksWithoutOne() async throws {
        try await withJoinServer(
            renew: { RenewedCertificate(certificate: "\($0.endedCertificate ?? "none") \($0.signingRequest)") },
            admit: { _ in throw InviteRecord.unknown }
        ) { port in
            let answer = try await JoinClient.renew(
                RenewalRequest(signingRequest: "PEM", endedCertificate: "old"),
                at: try JoinEndpoint("[::1]:\(port)"),
                trusting: cluster.authority.root
            )
            #expect(answer.certificate == "old PEM")
            let error = await #expect(throws: PloyzError.self) {
                try await JoinClient.renew(
                    RenewalRequest(signingRequest: String(repeating: "x", count: 17 << 10)),
                    at: try JoinEndpoint("[::1]:\(port)"),
                    trusting: cluster.authority.root
                )
            }
            #expect(error?.code == .usage)
        }
    }

    @Test func aRefusalComesBackWhole() async throws {
        try await withJoinServer(admit: { _ in throw InviteRecord.unknown }) { port in
            let error = await #expect(throws: PloyzError.self) {
                try await JoinClient(token(port)).join(Self.request(secret: secret))
            }
            #expect(error == InviteRecord.unknown)
        }
    }

    @Test func aServerOfAnotherAuthorityIsNotToldTheSecret() async throws {
        let other = try TestCluster()
        let asked = Orders()
        try await withJoinServer(admit: { _ in
            asked.note("join")
            throw InviteRecord.unknown
        }) { port in
            let token = try token(port, root: other.authority.root)
            let error = await #expect(throws: PloyzError.self) {
                try await JoinClient(token).join(Self.request(secret: secret))
            }
            #expect(error?.code == .peerUnreachable)
        }
        #expect(asked.all == [])
    }

    @Test func anotherClusterThanTheTokensIsNotJoined() async throws {
        let admission = try admission()
        var generator = SystemRandomNumberGenerator()
        let id = ClusterID(using: &generator)
        try await withJoinServer(admit: { _ in admission }) { port in
            await #expect(throws: PloyzError.self) {
                try await JoinClient(token(port, id: id)).join(Self.request(secret: secret))
            }
        }
    }

    @Test func malformedRequestsNeverReachTheDaemon() async throws {
        let asked = Orders()
        try await withJoinServer(admit: { _ in
            asked.note("join")
            throw InviteRecord.unknown
        }) { port in
            for request in [
                try Self.request(secret: secret, wireguardKey: "AAAA"),
                try Self.request(secret: secret, endpoints: ["nowhere"]),
                try Self.request(secret: secret, endpoints: Array(repeating: "192.0.2.1:1", count: 17)),
                try Self.request(secret: secret, signingRequest: String(repeating: "x", count: 17 << 10)),
            ] {
                let error = await #expect(throws: PloyzError.self) { try await JoinClient(token(port)).join(request) }
                #expect(error?.code == .usage)
            }
        }
        #expect(asked.all == [])
    }

    @Test func requestsBeyondTheRateAreRefused() async throws {
        let clock = StandingClock()
        try await withJoinServer(clock: clock, burst: 8, admit: { _ in throw InviteRecord.unknown }) { port in
            var codes: [ErrorCode?] = []
            for _ in 0..<3 {
                let error = await #expect(throws: PloyzError.self) {
                    try await JoinClient(token(port)).join(Self.request(secret: secret))
                }
                codes.append(error?.code)
            }
            #expect(codes == [.tokenRefused, .tokenRefused, .joinLimited])
        }
    }

    static func request(
        secret: JoinSecret,
        wireguardKey: String = Data(count: 32).base64EncodedString(),
        endpoints: [String] = ["192.0.2.9:51820"],
        signingRequest: String = "PEM"
    ) throws -> AdmissionRequest {
        AdmissionRequest(
            secret: secret.hexadecimal,
            name: try MachineName("m4"),
            wireguardKey: wireguardKey,
            endpoints: endpoints,
            signingRequest: signingRequest,
            storage: nil
        )
    }

    private func admission() throws -> Admission {
        let first = try cluster.record(of: founder, name: "m1")
        return Admission(
            machine: first,
            certificate: "PEM",
            authority: cluster.authority.root.pem,
            cluster: cluster.record,
            machines: [first]
        )
    }

    private func token(
        _ port: Int,
        before others: [String] = [],
        root: TrustRoot? = nil,
        id: ClusterID? = nil
    ) throws -> JoinToken {
        JoinToken(
            cluster: cluster.record.name,
            clusterID: id ?? cluster.record.id,
            root: root ?? cluster.authority.root,
            endpoints: try (others + ["[::1]:\(port)"]).map { try JoinEndpoint($0) },
            secret: secret
        )
    }

    private func withJoinServer(
        clock: any Timekeeper = SystemTimekeeper(),
        burst: Int = 20,
        renew: @escaping @Sendable (RenewalRequest) async throws -> RenewedCertificate = { _ in
            throw InviteRecord.unknown
        },
        admit: @escaping @Sendable (AdmissionRequest) async throws -> Admission,
        _ body: @Sendable (Int) async throws -> Void
    ) async throws {
        let credentials = try cluster.credentials(of: founder)
        try await withServer { running in
            JoinServer(
                address: "::1",
                port: 0,
                credentials: credentials,
                clock: clock,
                burst: burst,
                logger: TestCluster.quiet,
                onRunning: running,
                renew: renew,
                admit: admit
            )
        } _: { port in
            try await body(port)
        }
    }
}

/// A clock on which no time passes.
struct StandingClock: Timekeeper {
    let now = Duration.zero
    let date = Date(timeIntervalSince1970: 1_800_000_000)

    func sleep(for duration: Duration) async throws { throw CancellationError() }
}
