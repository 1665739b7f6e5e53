import Foundation
import PloyzModel
import PloyzTrust
import Testing

/// The list is read by programs of others: openssl reads it here, etcd in the store's tests.
struct RevocationListTests {
    let date = Date(timeIntervalSince1970: 1_800_000_000)
    let authority: CertificateAuthority
    let directory: String

    init() throws {
        var generator = SystemRandomNumberGenerator()
        authority = try CertificateAuthority(
            cluster: try ClusterName("north"),
            id: ClusterID(using: &generator),
            at: date,
            using: &generator
        )
        directory = NSTemporaryDirectory() + "ployz-crl-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    @Test func opensslFindsEverySerialOfAListThatTheAuthoritySigned() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let serials = ["01000000000000000000000000000000", "01ffffffffffffffffffffffffffffff"]
        let list = RevocationList(serials.map { RevocationList.Entry(serial: $0, revokedAt: date) })
        let text = try openssl(try authority.sign(list, at: date), "-verify", "-CAfile", try authorityFile())
        #expect(text.contains("verify OK"), "\(text)")
        #expect(text.contains("Version 2 (0x1)"), "\(text)")
        #expect(text.contains("Last Update: Jan 15 08:00:00 2027 GMT"), "\(text)")
        for serial in serials { #expect(text.contains("Serial Number: \(serial.uppercased())"), "\(text)") }
    }

    @Test func anEmptyListIsAListToo() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let text = try openssl(
            try authority.sign(RevocationList([]), at: date),
            "-verify",
            "-CAfile",
            try authorityFile()
        )
        #expect(text.contains("verify OK"), "\(text)")
        #expect(text.contains("No Revoked Certificates"), "\(text)")
    }

    @Test func aListOfAnotherAuthorityIsNotBelieved() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var generator = SystemRandomNumberGenerator()
        let other = try CertificateAuthority(
            cluster: try ClusterName("north"),
            id: ClusterID(using: &generator),
            at: date,
            using: &generator
        )
        let text = try openssl(try other.sign(RevocationList([]), at: date), "-verify", "-CAfile", try authorityFile())
        #expect(!text.contains("verify OK"), "\(text)")
    }

    @Test(
        "What is no serial number keeps the others on the list",
        arguments: ["", "0", "zz", "00", "01" + String(repeating: "00", count: 20), "../x"]
    )
    func malformed(serial: String) throws {
        let good = RevocationList.Entry(serial: "017f", revokedAt: date)
        let list = RevocationList([RevocationList.Entry(serial: serial, revokedAt: date), good])
        #expect(list.entries == [good])
    }

    @Test func aListThatIsThereIsLeftAndAnotherReplacesIt() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let files = AuthorityFiles(directory: directory)
        let file = RevocationFile(directory: directory)
        #expect(throws: PloyzError.self) { try file.ensure(at: date) }
        try files.write(authority)
        try file.ensure(at: date)
        let first = FileManager.default.contents(atPath: file.path)
        try file.ensure(at: date + 60)
        #expect(FileManager.default.contents(atPath: file.path) == first)
        try file.write(RevocationList([RevocationList.Entry(serial: "017f", revokedAt: date)]), at: date + 60)
        #expect(FileManager.default.contents(atPath: file.path) != first)
    }

    private func authorityFile() throws -> String {
        let path = directory + "/authority.pem"
        try authority.root.pem.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// What `openssl crl` says of the list.
    private func openssl(_ list: [UInt8], _ arguments: String...) throws -> String {
        let path = directory + "/list.crl"
        try Data(list).write(to: URL(filePath: path))
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl", "crl", "-inform", "DER", "-in", path, "-noout", "-text"] + arguments
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: text, as: UTF8.self)
    }
}
