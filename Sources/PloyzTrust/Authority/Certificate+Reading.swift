package import PloyzModel
import SwiftASN1
import X509

/// The most bytes of a certificate, key or signing request that is read at all; ours have about 700.
let maximumDocumentBytes = 16 << 10

/// The certificate in a PEM document.
func parseCertificate(_ pem: String) throws(PloyzError) -> Certificate {
    guard pem.utf8.count <= maximumDocumentBytes else {
        throw PloyzError(.certificateRefused, "the certificate is larger than \(maximumDocumentBytes) bytes")
    }
    do {
        return try Certificate(pemEncoded: pem)
    } catch {
        throw PloyzError(.certificateRefused, "the certificate cannot be read: \(error)")
    }
}

/// The certificate in DER.
func parseCertificate(der: some Collection<UInt8>) throws(PloyzError) -> Certificate {
    guard der.count <= maximumDocumentBytes else {
        throw PloyzError(.certificateRefused, "the certificate is larger than \(maximumDocumentBytes) bytes")
    }
    do {
        return try Certificate(derEncoded: Array(der))
    } catch {
        throw PloyzError(.certificateRefused, "the certificate cannot be read: \(error)")
    }
}

extension Certificate {
    var pem: String {
        get throws(PloyzError) {
            do {
                return try serializeAsPEM().pemString + "\n"
            } catch {
                throw PloyzError(.certificateRefused, "the certificate cannot be written: \(error)")
            }
        }
    }

    var der: [UInt8] {
        get throws(PloyzError) {
            do {
                var serializer = DER.Serializer()
                try serializer.serialize(self)
                return serializer.serializedBytes
            } catch {
                throw PloyzError(.certificateRefused, "the certificate cannot be written: \(error)")
            }
        }
    }

    /// The machine that the subject's common name is.
    var machine: MachineID {
        get throws(PloyzError) {
            let names = subject.flatMap { $0 }.filter { $0.type == .RDNAttributeType.commonName }
            guard names.count == 1, let text = String(names[0].value), let machine = try? MachineID(text) else {
                throw PloyzError(.certificateRefused, "the certificate of '\(subject)' names no machine")
            }
            return machine
        }
    }
}

/// The machine that a certificate names, for a certificate that TLS has verified already.
package enum CertifiedMachine {
    /// - Throws: ``PloyzError`` `certificate-refused` when the certificate names no machine.
    package static func machine(ofVerified der: [UInt8]) throws(PloyzError) -> MachineID {
        try parseCertificate(der: der).machine
    }
}
