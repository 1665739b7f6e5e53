import Crypto
import Foundation
import PloyzAPI
import PloyzModel

/// A snapshot while it is written: under a temporary name, readable by its owner only, until its hash was found right.
///
/// etcd ends a snapshot with the SHA-256 of what comes before (`etcdctl snapshot save`).
struct SnapshotFile {
    private let path: String
    private let isReplacing: Bool
    private let temporary: String
    private let descriptor: Int32
    private var hash = SHA256()
    /// The last bytes so far: the hash, if nothing follows.
    private var tail = Data()
    private var size = 0

    /// - Throws: ``PloyzError`` `file-exists` when the file is there and is not to be replaced.
    init(path: String, replacing isReplacing: Bool) throws {
        self.path = path
        self.isReplacing = isReplacing
        guard isReplacing || !FileManager.default.fileExists(atPath: path) else { throw Self.exists(path) }
        temporary = "\(path).\(UUID()).new"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(temporary, "created") }
    }

    mutating func append(_ bytes: Data) throws {
        try write(bytes)
        size += bytes.count
        tail += bytes
        let known = max(0, tail.count - SHA256.byteCount)
        hash.update(data: tail.prefix(known))
        tail = Data(tail.dropFirst(known))
    }

    /// Checks the hash and gives the file its name. When this returns, it survives a power cut.
    func finish() throws -> SavedSnapshot {
        let digest = Data(hash.finalize())
        guard size > SHA256.byteCount, digest == tail else {
            throw PloyzError(
                .snapshotDamaged,
                "the snapshot ended early or was damaged on its way: \(size) bytes came",
                state: "'\(path)' is as it was",
                next: "run the same command again"
            )
        }
        guard fsync(descriptor) == 0 else { throw Self.failure(temporary, "synced") }
        if isReplacing {
            guard rename(temporary, path) == 0 else { throw Self.failure(path, "renamed") }
        } else {
            // Unlike a renaming, a link never replaces what came there meanwhile.
            guard link(temporary, path) == 0 else {
                throw errno == EEXIST ? Self.exists(path) : Self.failure(path, "linked")
            }
            unlink(temporary)
        }
        try syncDirectory()
        close(descriptor)
        return SavedSnapshot(
            path: path,
            size: ByteCount(UInt64(size)),
            sha256: digest.map { String(format: "%02x", $0) }.joined()
        )
    }

    /// Leaves nothing behind.
    func discard() {
        close(descriptor)
        unlink(temporary)
    }

    private func write(_ bytes: Data) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure(temporary, "written") }
            rest = rest.dropFirst(count)
        }
    }

    private func syncDirectory() throws {
        let parent = (path as NSString).deletingLastPathComponent
        let directory = open(parent.isEmpty ? "." : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0, fsync(directory) == 0 else { throw Self.failure(parent, "synced") }
        close(directory)
    }

    private static func exists(_ path: String) -> PloyzError {
        PloyzError(
            .fileExists,
            "'\(path)' is there already",
            state: "it was not touched",
            next: "another name, or --force"
        )
    }

    private static func failure(_ path: String, _ action: String) -> PloyzError {
        PloyzError(.failed, "'\(path)' could not be \(action): \(String(cString: strerror(errno)))")
    }
}

extension ErrorCode {
    /// A file is in the way.
    static let fileExists = ErrorCode("file-exists", exitStatus: 3)
    /// A snapshot's hash is not that of its bytes.
    static let snapshotDamaged = ErrorCode("snapshot-damaged", exitStatus: 1)
}
