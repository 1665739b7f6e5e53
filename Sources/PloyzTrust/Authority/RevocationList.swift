import Crypto
package import Foundation
package import PloyzModel
import SwiftASN1
import X509

/// The certificates that the authority takes back before their end: a certificate revocation list of version 2
/// (RFC 5280, section 5), for programs that know certificates only, as etcd.
package struct RevocationList: Sendable {
    package struct Entry: Hashable, Sendable {
        /// In hexadecimal, as ``MachineCertificate/serial`` has it.
        package let serial: String
        package let revokedAt: Date

        package init(serial: String, revokedAt: Date) {
            self.serial = serial
            self.revokedAt = revokedAt
        }
    }

    /// Entries with a serial number that is none are left out: what the store says must not keep the others off the list.
    package let entries: [Entry]

    package init(_ entries: [Entry]) {
        self.entries = entries.filter { Self.bytes(of: $0.serial) != nil }.sorted {
            ($0.revokedAt, $0.serial) < ($1.revokedAt, $1.serial)
        }
    }

    /// The positive integer that the hexadecimal text is; nil when it is none, or longer than RFC 5280 allows.
    fileprivate static func bytes(of serial: String) -> [UInt8]? {
        guard let bytes = bytesOf(hexadecimal: serial) else { return nil }
        let digits = bytes.drop { $0 == 0 }
        return (1...20).contains(digits.count) ? Array(digits) : nil
    }
}

extension CertificateAuthority {
    /// The list, signed, in DER.
    ///
    /// - Parameter date: when it is made; also its number, by the second.
    package func sign(_ list: RevocationList, at date: Date) throws(PloyzError) -> [UInt8] {
        try list.signed(by: key, for: root, at: date)
    }
}

extension RevocationList {
    /// The list in DER, as one of the authority that `root` is.
    ///
    /// It holds until the authority's own end: it is replaced at each revocation, and who reads it has no other.
    func signed(by key: P256.Signing.PrivateKey, for root: TrustRoot, at date: Date) throws(PloyzError) -> [UInt8] {
        do {
            var serializer = DER.Serializer()
            try serializer.serialize(RevokedCertificates(list: self, root: root, date: date))
            let content = serializer.serializedBytes
            let signature = try key.signature(for: content).derRepresentation
            var whole = DER.Serializer()
            try whole.appendConstructedNode(identifier: .sequence) { coder in
                coder.serializeRawBytes(content)
                try RevokedCertificates.algorithm(into: &coder)
                try coder.serialize(ASN1BitString(bytes: Array(signature)[...]))
            }
            return whole.serializedBytes
        } catch {
            throw PloyzError(.failed, "the list of revocations could not be made: \(error)")
        }
    }
}

/// What is signed of the list: `TBSCertList` (RFC 5280, section 5.1).
private struct RevokedCertificates: DERSerializable {
    let list: RevocationList
    let root: TrustRoot
    let date: Date

    func serialize(into coder: inout DER.Serializer) throws {
        try coder.appendConstructedNode(identifier: .sequence) { coder in
            // Version 2 is written as 1.
            try coder.serialize(1)
            try Self.algorithm(into: &coder)
            try coder.serialize(root.certificate.subject)
            try Self.time(date, into: &coder)
            try Self.time(root.expires, into: &coder)
            if !list.entries.isEmpty {
                try coder.appendConstructedNode(identifier: .sequence) { coder in
                    for entry in list.entries { try Self.entry(entry, into: &coder) }
                }
            }
            try coder.appendConstructedNode(
                identifier: ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific)
            ) { coder in
                try coder.appendConstructedNode(identifier: .sequence) { coder in
                    for addition in try extensions { try coder.serialize(addition) }
                }
            }
        }
    }

    /// Which key has signed it, and its number.
    private var extensions: [Certificate.Extension] {
        get throws {
            let key = SubjectKeyIdentifier(hash: root.certificate.publicKey).keyIdentifier
            var number = DER.Serializer()
            try number.serialize(Int64(date.timeIntervalSince1970))
            return [
                try Certificate.Extension(AuthorityKeyIdentifier(keyIdentifier: key), critical: false),
                Certificate.Extension(oid: [2, 5, 29, 20], critical: false, value: number.serializedBytes[...]),
            ]
        }
    }

    /// ecdsa-with-SHA256 (RFC 5758).
    static func algorithm(into coder: inout DER.Serializer) throws {
        try coder.appendConstructedNode(identifier: .sequence) { coder in
            try coder.serialize([1, 2, 840, 10045, 4, 3, 2] as ASN1ObjectIdentifier)
        }
    }

    private static func entry(_ entry: RevocationList.Entry, into coder: inout DER.Serializer) throws {
        guard let serial = RevocationList.bytes(of: entry.serial) else { return }
        try coder.appendConstructedNode(identifier: .sequence) { coder in
            try coder.serialize(serial[...])
            try time(entry.revokedAt, into: &coder)
        }
    }

    /// UTCTime until 2049, GeneralizedTime from then on (RFC 5280, section 5.1.2.4).
    private static func time(_ date: Date, into coder: inout DER.Serializer) throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
        let (year, month, day) = (parts.year ?? 1970, parts.month ?? 1, parts.day ?? 1)
        let (hours, minutes, seconds) = (parts.hour ?? 0, parts.minute ?? 0, parts.second ?? 0)
        if (1950..<2050).contains(year) {
            try coder.serialize(
                UTCTime(year: year, month: month, day: day, hours: hours, minutes: minutes, seconds: seconds)
            )
        } else {
            try coder.serialize(
                GeneralizedTime(
                    year: year,
                    month: month,
                    day: day,
                    hours: hours,
                    minutes: minutes,
                    seconds: seconds,
                    fractionalSeconds: 0
                )
            )
        }
    }
}
