import Foundation
import PloyzModel

@testable import PloyzTrust

extension FuzzTarget {
    /// Certificates and requests for one, in PEM or, where the input does not begin with `-`, in DER. What an authority
    /// signs is a certificate of its own for the machine that was asked for, whatever the request says.
    static let certificate = FuzzTarget(name: "certificate", longest: 4096) { bytes in
        let isText = bytes.first == UInt8(ascii: "-")
        let text = String(decoding: bytes, as: UTF8.self)
        let root = isText ? try? TrustRoot(pem: text) : try? TrustRoot(der: bytes)
        if let root {
            let again = claim("a root that was read can be written and read") { try TrustRoot(pem: root.pem) }
            claim(again == root, "a root stays the same in PEM")
        }
        if !isText { _ = try? CertifiedMachine.machine(ofVerified: bytes) }
        let request = isText ? text : Authority.requestText(der: bytes)
        var generator = SystemRandomNumberGenerator()
        guard
            let signed = try? Authority.one.sign(request, names: Authority.names, at: .now, using: &generator)
        else { return }
        let certificate = claim("what is signed is a certificate") { try parseCertificate(signed) }
        let machine = claim("it names a machine") { try certificate.machine }
        claim(machine == Authority.names.machine, "it names the machine that was asked for")
        claim((try? TrustRoot(certificate: certificate)) == nil, "it is no authority's")
    }

    private enum Authority {
        static let names = claim("a machine's names") {
            MachineNames(machine: try MachineID("m-0123456789abcdef"), addresses: ["fd00::1"])
        }
        static let one = claim("an authority") {
            var generator = SystemRandomNumberGenerator()
            return try CertificateAuthority(
                cluster: try ClusterName("fuzz"),
                id: try ClusterID("c-0123456789abcdef"),
                at: .now,
                using: &generator
            )
        }

        static func requestText(der: [UInt8]) -> String {
            let lines = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
            return "-----BEGIN CERTIFICATE REQUEST-----\n\(lines)\n-----END CERTIFICATE REQUEST-----\n"
        }
    }
}
