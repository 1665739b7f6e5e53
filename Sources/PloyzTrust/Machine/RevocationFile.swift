package import Foundation
package import PloyzModel

/// The list of revocations as etcd reads it: `revoked.crl` in the directory of the machine's credentials, replaced
/// atomically.
package struct RevocationFile: Hashable, Sendable {
    private let directory: String

    /// - Parameter directory: an absolute path without a slash at its end.
    package init(directory: String) { self.directory = directory }

    package var path: String { AuthorityFiles(directory: directory).revocationListPath }

    /// Writes the list, signed by the authority; on a machine that has not its key, by the machine's own. etcd does not
    /// look at who has signed what lies on its own disk (`checkCRL` in its `listener_tls.go`).
    ///
    /// - Throws: ``PloyzError`` `failed` when the file cannot be written or this machine has no key at all.
    package func write(_ list: RevocationList, at date: Date) throws(PloyzError) {
        try SecretFile(path: path).write(bytes: try signed(list, at: date))
    }

    /// Makes an empty list where there is none: etcd takes no connection without the file.
    package func ensure(at date: Date) throws(PloyzError) {
        if !FileManager.default.fileExists(atPath: path) { try write(RevocationList([]), at: date) }
    }

    private func signed(_ list: RevocationList, at date: Date) throws(PloyzError) -> [UInt8] {
        if let authority = try AuthorityFiles(directory: directory).load() { return try authority.sign(list, at: date) }
        guard let own = try CredentialFiles(directory: directory).load() else {
            throw PloyzError(.failed, "this machine has no key by which a list of revocations could be signed")
        }
        return try list.signed(by: own.certificate.key.key, for: own.root, at: date)
    }
}
