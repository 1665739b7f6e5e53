import Foundation
import Logging
import PloyzMigration
import PloyzModel
import PloyzStore
import PloyzTrust
import Testing

@Suite(.enabled(if: EtcdFixture.isInstalled), .timeLimit(.minutes(2)), .serialized, .etcd)
struct EtcdClusterStoreTests {
    let etcd: EtcdFixture
    let limits = StoreLimits(connect: .seconds(3), attempt: .seconds(5), call: .seconds(10))

    init() throws { etcd = try #require(EtcdFixture.current) }

    @Test(arguments: ["all", "bytes", "list", "race", "watch", "bounds"])
    func meetsTheContract(claim: String) async throws {
        try await etcd.withStore { store async throws in
            let contract = StoreContract(store: store, root: StoreKey("/test/\(claim)/"))
            switch claim {
            case "all": try await contract.commitsAreAllOrNothing()
            case "bytes": try await contract.conditionsCompareBytes()
            case "list": try await contract.listsExactlyThePrefixInOrder()
            case "race": try await contract.ofTwoRacingCommitsExactlyOneWins()
            case "watch": try await contract.watchDeliversEveryChangeAfterTheListing()
            default: try await contract.transactionsBeyondTheBoundsAreRefused()
            }
        }
    }

    @Test func aLongListIsOnePictureOfManyPages() async throws {
        try await etcd.withStore { store async throws in
            let prefix = StoreKey("/test/long/")
            let count = EtcdClusterStore.page * 2 + 7
            let keys = (0..<count).map { StoreKey("\(prefix)\(1000 + $0)") }
            for start in stride(from: 0, to: count, by: 100) {
                let writes = keys[start..<min(start + 100, count)].map {
                    StoreTransaction.Write.put($0, Data("x".utf8))
                }
                #expect(try await store.commit(StoreTransaction(conditions: [], writes: writes)))
            }
            let listing = try await store.list(prefix)
            #expect(listing.entries.map(\.key) == keys)
            let whole = try await store.list(StoreKey("/test/long/1000"))
            #expect(whole.entries.map(\.key) == [keys[0]])
            #expect(listing.revision <= whole.revision)
        }
    }

    @Test func aStrangersCertificateIsRefused() async throws {
        var generator = SystemRandomNumberGenerator()
        let stranger = try CertificateAuthority(
            cluster: try ClusterName("north"),
            id: etcd.member.cluster,
            at: Date(),
            using: &generator
        )
        try await etcd.withStore(authority: stranger, limits: limits) { store async throws in
            let error = await #expect(throws: PloyzError.self) { try await store.get(.cluster) }
            #expect(error?.code == .storeUnreachable)
        }
    }

    @Test func aRevokedCertificateIsRefusedAtTheNextHandshakeAndNoOther() async throws {
        let key = StoreKey("/test/revoked")
        try await etcd.withStore(limits: limits) { other async throws in
            try await etcd.withStore(limits: limits, as: "revoked") { store async throws in
                _ = try await patiently { try await store.get(key) }
            }
            let pem = try String(contentsOfFile: etcd.directory + "/revoked/machine.crt", encoding: .utf8)
            let serial = try IssuedCertificates.Certificate(pem: pem).serial
            try etcd.revocations.write(
                RevocationList([RevocationList.Entry(serial: serial, revokedAt: Date())]),
                at: Date()
            )
            try await etcd.withStore(limits: limits, as: "revoked") { store async throws in
                let error = await #expect(throws: PloyzError.self) { try await store.get(key) }
                #expect(error?.code == .storeUnreachable)
            }
            _ = try await patiently { try await other.get(key) }
            try etcd.revocations.write(RevocationList([]), at: Date())
            try await etcd.withStore(limits: limits, as: "revoked") { store async throws in
                _ = try await patiently { try await store.get(key) }
            }
        }
    }

    @Test func aCertificateThatIsRenewedIsShownOnTheNextConnection() async throws {
        let files = CredentialFiles(directory: etcd.directory + "/renewed")
        try await etcd.withStore(limits: limits, as: "renewed") { store async throws in
            let key = StoreKey("/test/renewed")
            _ = try await patiently { try await store.get(key) }
            // Nobody's: a new connection with it is refused, and the open one goes on.
            var generator = SystemRandomNumberGenerator()
            let (certificate, root) = try #require(try files.load())
            let stranger = try CertificateAuthority(
                cluster: try ClusterName("north"),
                id: etcd.member.cluster,
                at: Date(),
                using: &generator
            )
            let pem = try stranger.sign(
                certificate.key.signingRequest(),
                names: MachineNames(machine: certificate.machine, addresses: []),
                at: Date(),
                using: &generator
            )
            try files.write(MachineCertificate(certificatePEM: pem, key: certificate.key), root: root)
            _ = try await store.get(key)
            // More at once than there are connections.
            let isAnyRefused = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<16 { group.addTask { await Self.fails { _ = try await store.get(key) } } }
                return await group.reduce(false) { $0 || $1 }
            }
            #expect(isAnyRefused)
            try files.write(certificate, root: root)
            _ = try await patiently { try await store.get(key) }
        }
    }

    private static func fails(_ body: () async throws -> Void) async -> Bool {
        do {
            try await body()
            return false
        } catch {
            return true
        }
    }

    @Test func aMemberOfAnotherAuthorityIsNotTrusted() async throws {
        var generator = SystemRandomNumberGenerator()
        let other = try CertificateAuthority(
            cluster: try ClusterName("north"),
            id: etcd.member.cluster,
            at: Date(),
            using: &generator
        )
        let machine = MachineID(using: &generator)
        let credentials = try EtcdFixture.credentials(of: machine, by: other, in: etcd.directory + "/other")
        let store = try EtcdClusterStore(
            endpoints: [etcd.member.endpoint],
            credentials: credentials,
            limits: limits,
            logger: Logger(label: "store")
        )
        let write = StoreTransaction(conditions: [], writes: [.put(.cluster, Data())])
        let error = await #expect(throws: PloyzError.self) { try await store.commit(write) }
        #expect(error?.code == .storeUnreachable)
        try await store.shutDown()
    }

    @Test func aCommitThatWasNeverSentIsNotUnknown() async throws {
        let nobody = StoreEndpoint(host: "::1", port: try freePort())
        try await etcd.withStore(endpoints: [nobody], limits: limits) { store async throws in
            let error = await #expect(throws: PloyzError.self) {
                try await store.commit(StoreTransaction(conditions: [], writes: [.put(.cluster, Data())]))
            }
            #expect(error?.code == .storeUnreachable)
        }
    }

    @Test func theNextEndpointIsAskedWhenOneIsDown() async throws {
        let nobody = StoreEndpoint(host: "::1", port: try freePort())
        try await etcd.withStore(endpoints: [nobody, etcd.member.endpoint], limits: limits) { store async throws in
            let key = StoreKey("/test/endpoints")
            #expect(try await store.commit(StoreTransaction(conditions: [], writes: [.put(key, Data("1".utf8))])))
            #expect(try await store.get(key) == Data("1".utf8))
            let health = await store.health()
            #expect(health.map(\.isHealthy) == [false, true])
        }
    }

    /// A host under load may need longer for a handshake than these tests allow.
    private func patiently<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        for _ in 0..<5 {
            do {
                return try await body()
            } catch let error as PloyzError where error.code == .storeUnreachable {
                continue
            }
        }
        return try await body()
    }

    @Test func aCommitWhoseAnswerIsLostIsUnknownAndMayStillBeMade() async throws {
        try await etcd.withStore(limits: limits) { store async throws in
            let key = StoreKey("/test/lost")
            // Opens the connection that the next commit goes out on.
            #expect(try await patiently { try await store.get(key) } == nil)
            etcd.pause()
            let error = await #expect(throws: PloyzError.self) {
                try await store.commit(StoreTransaction(conditions: [.absent(key)], writes: [.put(key, Data())]))
            }
            // A new connection cannot finish its handshake: nothing leaves on it.
            let second = await #expect(throws: PloyzError.self) {
                try await store.commit(StoreTransaction(conditions: [.absent(key)], writes: [.put(key, Data())]))
            }
            etcd.resume()
            #expect(error?.code == .storeOutcomeUnknown)
            #expect(second?.code == .storeUnreachable)
            // Decided by writing: of a later write that excludes it, exactly one is made.
            let later = StoreTransaction(conditions: [.absent(key)], writes: [.put(key, Data("later".utf8))])
            let isOurs = try await patiently { try await store.commit(later) }
            #expect(try await patiently { try await store.get(key) } == (isOurs ? Data("later".utf8) : Data()))
        }
    }

    @Test func aWatchGoesOnFromItsRevisionAfterItWasLost() async throws {
        try await etcd.withStore { store async throws in
            let prefix = StoreKey("/test/again/")
            let key = StoreKey("/test/again/key")
            let revision = try await store.list(prefix).revision
            let silent = StoreLimits(watchSilence: .milliseconds(300))
            try await etcd.withStore(limits: silent) { impatient async throws in
                let error = await #expect(throws: PloyzError.self) {
                    for try await _ in impatient.watch(prefix, after: revision) {}
                }
                #expect(error?.code == .storeUnreachable)
            }
            for text in ["1", "2"] {
                #expect(try await store.commit(StoreTransaction(conditions: [], writes: [.put(key, Data(text.utf8))])))
            }
            let changes = try await collect(2, from: store.watch(prefix, after: revision))
            #expect(changes == ["1", "2"].map { .put(StoreEntry(key: key, value: Data($0.utf8))) })
        }
    }

    @Test func anIdleWatchShowsThatItsMemberLives() async throws {
        // Above the five seconds between two signs of life, below ten.
        try await etcd.withStore(limits: StoreLimits(watchSilence: .seconds(8))) { store async throws in
            let key = StoreKey("/test/idle/key")
            let revision = try await store.list(key).revision
            async let changes = collect(1, from: store.watch(key, after: revision))
            try await Task.sleep(for: .seconds(9))
            #expect(try await store.commit(StoreTransaction(conditions: [], writes: [.put(key, Data())])))
            #expect(try await changes == [.put(StoreEntry(key: key, value: Data()))])
        }
    }

    @Test func aCommitOverAKeptConnectionTakesMilliseconds() async throws {
        try await etcd.withStore { store async throws in
            let key = StoreKey("/test/latency")
            var times: [Duration] = []
            for number in 0..<50 {
                let write = StoreTransaction(conditions: [], writes: [.put(key, Data("\(number)".utf8))])
                times.append(try await ContinuousClock().measure { _ = try await store.commit(write) })
            }
            let rest = times.dropFirst().sorted()
            print("commit: first \(times[0]), median \(rest[rest.count / 2]), longest \(rest[rest.count - 1])")
            #expect(rest[rest.count / 2] < .milliseconds(100))
        }
    }
}
