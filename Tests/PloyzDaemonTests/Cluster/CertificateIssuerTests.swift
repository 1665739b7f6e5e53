import Foundation
import PloyzAPI
import PloyzMigration
import PloyzModel
import PloyzTestSupport
import PloyzTrust
import Testing

@testable import PloyzDaemon

/// Who gets a certificate of a storage member, and what is noted of it.
struct CertificateIssuerTests {
    let store = InMemoryClusterStore()
    let directory = NSTemporaryDirectory() + "ployz-issuer-\(UUID().uuidString)"
    let issuer: CertificateIssuer
    let authority: CertificateAuthority
    let machine: MachineRecord
    let key: MachineKey
    let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))

    init() async throws {
        var generator = SystemRandomNumberGenerator()
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let files = AuthorityFiles(directory: directory)
        authority = try CertificateAuthority(
            cluster: try ClusterName("north"),
            id: ClusterID(using: &generator),
            at: now,
            using: &generator
        )
        try files.write(authority)
        issuer = CertificateIssuer(
            files: files,
            store: store,
            lifetime: Span(milliseconds: 60_000),
            timekeeper: SystemTimekeeper()
        )
        machine = try #require(try DeployCluster(machines: 2).picture.cluster.machine(try DeployCluster.id(2)))
        key = MachineKey(using: &generator)
        _ = try await store.commit(StoreTransaction(conditions: [], writes: [try .put(machine)]))
    }

    @Test func aMachineOfTheClusterGetsOneThatIsNotedAndHoldsForItsTime() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var serials: [String] = []
        for _ in 0..<2 {
            let pem = try await issuer.renew(try key.signingRequest(), for: machine.id)
            #expect(try await authority.root.verify(pem, at: now + 1) == machine.id)
            let certificate = try MachineCertificate(certificatePEM: pem, key: key)
            #expect(abs(certificate.expires.timeIntervalSince(now) - 60) < 5)
            serials.append(certificate.serial)
            let noted = try await store.record(IssuedCertificates.self, at: .certificates(of: machine.id))
            #expect(noted?.certificates.map(\.serial) == serials)
        }
    }

    @Test func aMachineThatIsNotOfTheClusterGetsNone() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        _ = try await store.commit(StoreTransaction(conditions: [], writes: [.delete(machine)]))
        let error = await #expect(throws: PloyzError.self) {
            try await issuer.renew(try key.signingRequest(), for: machine.id)
        }
        #expect(error?.code == .peerRefused)
        let noted = try await store.get(.certificates(of: machine.id))
        #expect(noted == nil)
    }

    @Test func whoHasTheKeyOfOneThatHasEndedGetsAnother() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let ended = try ended(by: authority)
        let request = RenewalRequest(signingRequest: try key.signingRequest(), endedCertificate: ended)
        let pem = try await issuer.renewEnded(request)
        #expect(try await authority.root.verify(pem, at: now + 1) == machine.id)
    }

    @Test(arguments: ["no certificate", "another key", "another authority", "removed"])
    func nobodyElseDoes(reason: String) async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var generator = SystemRandomNumberGenerator()
        var certificate: String? = try ended(by: authority)
        var request = try key.signingRequest()
        switch reason {
        case "no certificate": certificate = nil
        case "another key": request = try MachineKey(using: &generator).signingRequest()
        case "another authority":
            let stranger = try CertificateAuthority(
                cluster: try ClusterName("north"),
                id: ClusterID(using: &generator),
                at: now - 1000,
                using: &generator
            )
            certificate = try ended(by: stranger)
        default: _ = try await store.commit(StoreTransaction(conditions: [], writes: [.delete(machine)]))
        }
        let error = await #expect(throws: PloyzError.self) {
            try await issuer.renewEnded(RenewalRequest(signingRequest: request, endedCertificate: certificate))
        }
        #expect(error?.code == (reason == "removed" ? .peerRefused : .certificateRefused))
    }

    /// A certificate of the machine that ended two minutes ago.
    private func ended(by authority: CertificateAuthority) throws -> String {
        var generator = SystemRandomNumberGenerator()
        return try authority.sign(
            try key.signingRequest(),
            names: MachineNames(machine: machine.id, addresses: []),
            at: now - 180,
            for: 60,
            using: &generator
        )
    }
}
