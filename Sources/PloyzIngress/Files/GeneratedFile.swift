import Foundation
package import PloyzModel

/// A file that is made from the records and can be made again: replaced as a whole, not synced to disk.
struct GeneratedFile: Sendable {
    let path: String

    init(_ path: String) { self.path = path }

    /// Writes the file unless it has these bytes already. Programs that watch its directory see it once, complete.
    ///
    /// - Parameters:
    ///   - draft: where it is written first, on the same file system.
    ///   - mode: of the file.
    /// - Returns: whether anything changed.
    @discardableResult
    func write(_ text: String, draft: String, mode: Int = 0o600) throws(PloyzError) -> Bool {
        let bytes = Data(text.utf8)
        guard FileManager.default.contents(atPath: path) != bytes else { return false }
        guard
            FileManager.default.createFile(
                atPath: draft,
                contents: bytes,
                attributes: [.posixPermissions: mode]
            ), rename(draft, path) == 0
        else {
            throw PloyzError(.servingFailed, "cannot write \(path): \(String(cString: strerror(errno)))")
        }
        return true
    }

    /// Removes the file; one that is gone already is no error.
    func remove() throws(PloyzError) {
        guard unlink(path) == 0 || errno == ENOENT else {
            throw PloyzError(.servingFailed, "cannot remove \(path): \(String(cString: strerror(errno)))")
        }
    }

    static func makeDirectory(_ path: String, mode: Int) throws(PloyzError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        } catch {
            throw PloyzError(.servingFailed, "cannot make \(path): \(error)")
        }
    }

    static func names(in directory: String) -> Set<String> {
        Set((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [])
    }
}

extension ErrorCode {
    /// Names or published ports cannot be served on this machine.
    package static let servingFailed = ErrorCode("serving-failed", exitStatus: 1)
}
