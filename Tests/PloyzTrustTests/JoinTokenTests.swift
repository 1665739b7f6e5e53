import Foundation
import PloyzModel
import PloyzTrust
import Testing

struct JoinTokenTests {
    let date = Date(timeIntervalSince1970: 1_800_000_000.75)
    let token: JoinToken

    init() throws {
        var generator = SeededGenerator(seed: 7)
        let cluster = try ClusterName("north")
        let id = ClusterID(using: &generator)
        token = JoinToken(
            cluster: cluster,
            clusterID: id,
            root: try CertificateAuthority(cluster: cluster, id: id, at: date, using: &generator).root,
            endpoints: try ["192.0.2.7:4317", "[fd00::1]:4317", "m1.example:4317"].map { try JoinEndpoint($0) },
            secret: JoinSecret(using: &generator)
        )
    }

    @Test func aTokenIsReadBackAsItWasMade() throws {
        let text = try token.text()
        #expect(text.hasPrefix("ployz1."))
        let read = try JoinToken("  \(text)\n")
        #expect(read.cluster == token.cluster)
        #expect(read.clusterID == token.clusterID)
        #expect(read.root == token.root)
        #expect(read.endpoints == token.endpoints)
        #expect(read.secret.hash == token.secret.hash)
    }

    @Test func everyTruncationIsRefused() throws {
        let text = try token.text()
        for length in 0..<text.count {
            let error = #expect(throws: PloyzError.self) { try JoinToken(String(text.prefix(length))) }
            #expect(error?.code == .tokenMalformed)
        }
    }

    /// Any string is read or refused, and never a crash; what is read is written and read again.
    @Test func anyStringIsReadOrRefused() throws {
        var generator = SeededGenerator(seed: 8)
        let valid = Array(try token.text().unicodeScalars)
        let alphabet = Array("ployz1.ABCxyz-_=+/{}\"\\ \u{0}\u{1F984}ü%[]:".unicodeScalars)
        for _ in 0..<1500 {
            var scalars = valid
            for _ in 0..<Int.random(in: 1...6, using: &generator) where !scalars.isEmpty {
                let index = Int.random(in: 0..<scalars.count, using: &generator)
                let scalar = alphabet.randomElement(using: &generator) ?? "?"
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: scalars[index] = scalar
                case 1: scalars.insert(scalar, at: index)
                case 2: scalars.remove(at: index)
                default: scalars = Array(scalars.prefix(index + 1))
                }
            }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars)
            guard let read = try? JoinToken(String(text)) else { continue }
            #expect(try JoinToken(read.text()).secret.hash == read.secret.hash)
        }
        for length in [0, 1, 7, 100, JoinToken.maximumBytes, JoinToken.maximumBytes + 1, 100_000] {
            let noise = (0..<length).map { _ in alphabet.randomElement(using: &generator) ?? "?" }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: noise)
            #expect(throws: PloyzError.self) { try JoinToken("ployz1." + String(text)) }
        }
    }

    @Test func anErrorNeverRepeatsTheToken() throws {
        let text = try token.text()
        let secret = String(text.suffix(60))
        let error = #expect(throws: PloyzError.self) { try JoinToken(String(text.dropLast())) }
        #expect(error?.message.contains(secret.dropLast()) == false)
    }

    @Test func onlyTheRightSecretIsAcceptedAndOnlyInTime() throws {
        var generator = SeededGenerator(seed: 9)
        let invite = InviteRecord(secret: token.secret, createdAt: date, lifetime: .seconds(600))
        #expect(throws: Never.self) { try invite.accept(token.secret, at: date + 598) }
        for (secret, time) in [(token.secret, date + 600), (JoinSecret(using: &generator), date)] {
            let error = #expect(throws: PloyzError.self) { try invite.accept(secret, at: time) }
            #expect(error?.code == .tokenRefused)
        }
        #expect(try JSON.decode(InviteRecord.self, from: JSON.encode(invite)) == invite)
        #expect(!invite.hash.contains(token.secret.hexadecimal))
    }

    @Test func aSecretIsReadFromItsHexadecimalOnly() throws {
        let text = token.secret.hexadecimal
        #expect(JoinSecret(hexadecimal: text)?.hash == token.secret.hash)
        let cut = String(text.dropLast())
        for bad in ["", "0", cut, text + "0", cut + "g", cut + "A", cut + "ü"] {
            #expect(JoinSecret(hexadecimal: bad) == nil)
        }
        #expect(token.secret.matches(hash: "") == false)
    }

    @Test(arguments: [
        "", ":", "h:", ":1", "h:0", "h:65536", "h:+1", "h:01", "[fd00::1:4317", "fd00::1:4317", "[h]:1", "a b:1",
        "-0r:4",
        ".h:1", "[::1\u{0}x]:4",
    ])
    func endpointsThatAreNotHostAndPortAreRefused(text: String) {
        #expect(throws: InvalidName.self) { try JoinEndpoint(text) }
    }

    @Test(arguments: ["192.0.2.7:4317", "[fd00::1]:1", "m1.example:65535"])
    func endpointsAreDescribedAsTheyWereRead(text: String) throws {
        #expect(try JoinEndpoint(text).description == text)
    }
}
