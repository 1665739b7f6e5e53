import Foundation
import PloyzModel
import SystemPackage

/// A small file that is replaced as a whole and survives a power cut: temporary file, write, fsync, rename, fsync of
/// the directory (rename(2), fsync(2)).
struct DurableFile: Sendable {
    let path: FilePath

    init(_ path: FilePath) { self.path = path }

    /// The file's bytes; nil when there is no file.
    func read() throws -> Data? {
        do {
            let descriptor = try FileDescriptor.open(path, .readOnly)
            return try descriptor.closeAfter {
                var bytes = Data()
                let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
                defer { chunk.deallocate() }
                while case let count = try descriptor.read(into: chunk), count > 0 {
                    bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: chunk[..<count]))
                }
                return bytes
            }
        } catch Errno.noSuchFileOrDirectory {
            return nil
        }
    }

    /// Replaces the file, mode 0600. When this returns, the bytes are on disk.
    func write(_ bytes: Data) throws {
        let directory = path.removingLastComponent()
        let temporary = FilePath(path.string + ".new")
        let file = try FileDescriptor.open(
            temporary,
            .writeOnly,
            options: [.create, .truncate],
            permissions: [.ownerReadWrite]
        )
        try file.closeAfter {
            try file.writeAll(bytes)
            try Self.sync(file)
        }
        guard rename(temporary.string, path.string) == 0 else { throw Errno(rawValue: errno) }
        try Self.syncDirectory(directory)
    }

    /// Adds to the end of the file, which is made when it is not there, mode 0600. When this returns, the bytes are on disk.
    func append(_ bytes: Data) throws {
        let file = try FileDescriptor.open(
            path,
            .writeOnly,
            options: [.create, .append],
            permissions: [.ownerReadWrite]
        )
        try file.closeAfter {
            try file.writeAll(bytes)
            try Self.sync(file)
        }
    }

    /// Removes the file; one that is gone already is no error.
    func remove() throws {
        guard unlink(path.string) == 0 || errno == ENOENT else { throw Errno(rawValue: errno) }
        try Self.syncDirectory(path.removingLastComponent())
    }

    private static func syncDirectory(_ path: FilePath) throws {
        let directory = try FileDescriptor.open(path, .readOnly, options: [.directory])
        try directory.closeAfter { try sync(directory) }
    }

    private static func sync(_ descriptor: FileDescriptor) throws {
        guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }
}
