package import Foundation
package import PloyzModel

/// The list of revocations as etcd reads it: `revoked.crl` beside the authority's files, replaced atomically.
package struct RevocationFile: Hashable, Sendable {
    private let files: AuthorityFiles

    package init(_ files: AuthorityFiles) { self.files = files }

    package var path: String { files.revocationListPath }

    /// Writes the list, signed by this machine's authority.
    ///
    /// - Throws: ``PloyzError`` `failed` when the file cannot be written or this machine has no authority.
    package func write(_ list: RevocationList, at date: Date) throws(PloyzError) {
        guard let authority = try files.load() else {
            throw PloyzError(.failed, "this machine does not have the cluster's authority")
        }
        try SecretFile(path: path).write(bytes: try authority.sign(list, at: date))
    }

    /// Makes an empty list where there is none: etcd takes no connection without the file.
    package func ensure(at date: Date) throws(PloyzError) {
        if !FileManager.default.fileExists(atPath: path) { try write(RevocationList([]), at: date) }
    }
}
