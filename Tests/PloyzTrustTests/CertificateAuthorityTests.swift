import Foundation
import PloyzModel
import PloyzTrust
import Testing

struct CertificateAuthorityTests {
    let date = Date(timeIntervalSince1970: 1_800_000_000)
    let machine: MachineID
    let authority: CertificateAuthority
    let key: MachineKey
    let certificate: String

    init() throws {
        var generator = SeededGenerator(seed: 1)
        machine = try MachineID("m-0123456789abcdef")
        authority = try Self.authority(at: date, using: &generator)
        key = MachineKey(using: &generator)
        certificate = try authority.sign(
            key.signingRequest(),
            names: MachineNames(machine: machine, addresses: ["fd00::1", "192.0.2.7", "127.0.0.1"]),
            at: date,
            using: &generator
        )
    }

    @Test func aSignedMachineIsVerifiedByItsAuthority() async throws {
        #expect(try await authority.root.verify(certificate, at: date) == machine)
        let reloaded = try TrustRoot(pem: authority.root.pem)
        #expect(try await reloaded.verify(certificate, at: date) == machine)
        #expect(try TrustRoot(der: reloaded.der) == authority.root)
    }

    @Test func aMachineOfAnotherAuthorityIsRefused() async throws {
        var generator = SeededGenerator(seed: 2)
        // The same name, another key: the name alone proves nothing.
        let stranger = try Self.authority(at: date, using: &generator)
        let error = await #expect(throws: PloyzError.self) { try await stranger.root.verify(certificate, at: date) }
        #expect(error?.code == .certificateRefused)
    }

    @Test(arguments: [-2 * CertificateAuthority.clockTolerance, CertificateAuthority.machineLifetime + 1])
    func aCertificateOutsideItsTimeIsRefused(offset: TimeInterval) async throws {
        let error = await #expect(throws: PloyzError.self) {
            try await authority.root.verify(certificate, at: date + offset)
        }
        #expect(error?.code == .certificateRefused)
    }

    @Test func aMachineCertificateIsNoAuthority() throws {
        let error = #expect(throws: PloyzError.self) { try TrustRoot(pem: certificate) }
        #expect(error?.code == .certificateRefused)
    }

    @Test func aCertificateBelongsToItsKeyOnly() throws {
        var generator = SeededGenerator(seed: 3)
        let own = try MachineCertificate(certificatePEM: certificate, key: key)
        #expect(own.machine == machine)
        #expect(own.needsRenewal(at: date) == false)
        #expect(own.needsRenewal(at: date + CertificateAuthority.machineLifetime * 0.66) == false)
        #expect(own.needsRenewal(at: date + CertificateAuthority.machineLifetime * 0.67))
        #expect(own.record.expires.timeIntervalSince(own.record.issued) == CertificateAuthority.machineLifetime)
        #expect(own.record.isOverdue(at: date + CertificateAuthority.machineLifetime * 0.74) == false)
        #expect(own.record.isOverdue(at: date + CertificateAuthority.machineLifetime * 0.76))
        let other = MachineKey(using: &generator)
        #expect(throws: PloyzError.self) { try MachineCertificate(certificatePEM: certificate, key: other) }
    }

    @Test func anAuthorityComesBackFromItsFilesAndSigns() async throws {
        let directory = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let files = AuthorityFiles(directory: directory)
        #expect(try files.load() == nil)
        try files.write(authority)
        let loaded = try #require(try files.load())
        var generator = SeededGenerator(seed: 4)
        let names = MachineNames(machine: machine, addresses: [])
        let again = try loaded.sign(key.signingRequest(), names: names, at: date, using: &generator)
        #expect(try await authority.root.verify(again, at: date) == machine)
        #expect(throws: PloyzError.self) {
            try CertificateAuthority(certificatePEM: authority.root.pem, keyPEM: key.pem)
        }
    }

    @Test func credentialsAreWrittenForRootOnlyAndKeepTheirKey() throws {
        let directory = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let files = CredentialFiles(directory: directory)
        #expect(try files.load() == nil)
        try files.write(MachineCertificate(certificatePEM: certificate, key: key), root: authority.root)
        let loaded = try #require(try files.load())
        #expect(loaded.certificate.machine == machine)
        #expect(loaded.root == authority.root)
        var generator = SeededGenerator(seed: 5)
        #expect(try files.ensureKey(using: &generator).pem == key.pem)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory)
        #expect(Set(names) == ["machine.crt", "machine.key", "ca.crt"])
        for name in names {
            let attributes = try FileManager.default.attributesOfItem(atPath: directory + "/" + name)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func requestsThatAreNotWellFormedAreRefused() throws {
        var generator = SeededGenerator(seed: 6)
        let request = try key.signingRequest()
        let lines = request.split(separator: "\n").map(String.init)
        // The last line of Base64 holds the end of the signature.
        var forged = lines
        forged[lines.count - 2] = String(lines[lines.count - 2].reversed())
        let bad = ["", "x", certificate, String(repeating: "A", count: 20_000), forged.joined(separator: "\n")]
        for text in bad {
            let error = #expect(throws: PloyzError.self) {
                try authority.sign(
                    text,
                    names: MachineNames(machine: machine, addresses: []),
                    at: date,
                    using: &generator
                )
            }
            #expect(error?.code == .certificateRefused)
        }
        #expect(throws: PloyzError.self) {
            try authority.sign(
                request,
                names: MachineNames(machine: machine, addresses: ["not an address"]),
                at: date,
                using: &generator
            )
        }
    }

    private static func authority(
        at date: Date,
        using generator: inout SeededGenerator
    ) throws -> CertificateAuthority {
        try CertificateAuthority(
            cluster: try ClusterName("north"),
            id: try ClusterID("c-00000000000000ff"),
            at: date,
            using: &generator
        )
    }

    private func temporaryDirectory() throws -> String {
        let path = NSTemporaryDirectory() + "ployz-trust-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }
}
