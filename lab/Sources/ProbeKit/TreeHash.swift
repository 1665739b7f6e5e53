import CLinux
import Glibc

/// One hash over a directory and all below it: names as bytes, types, modes, owners, sizes, contents, targets of
/// symbolic links, which names are hard links of each other, extended attributes where they can be read, and
/// modification times in seconds. Two trees with the same hash are the same to every program that does not look at
/// inode numbers, access times or holes.
package struct TreeHash {
    private var digest = SHA256()
    /// The path, relative to the root, under which a file with several names was seen first.
    private var firstNames: [Inode: [UInt8]] = [:]
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)

    private struct Inode: Hashable {
        var device: UInt64
        var number: UInt64
    }

    private init() {}

    /// - Returns: 64 hex digits.
    package static func of(_ root: BytePath) throws -> String {
        var hash = TreeHash()
        try hash.visit(root, relative: Array(".".utf8))
        return hash.digest.finish().map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    private mutating func visit(_ path: BytePath, relative: [UInt8]) throws {
        var status = stat()
        guard path.withCString({ lstat($0, &status) }) == 0 else { throw BytePathError(path, errno) }
        let type = status.st_mode & S_IFMT
        add(relative)
        add(number: UInt64(status.st_mode))
        add(number: UInt64(status.st_uid))
        add(number: UInt64(status.st_gid))
        add(number: UInt64(bitPattern: Int64(status.st_mtim.tv_sec)))
        try addAttributes(of: path)
        switch type {
        case S_IFDIR:
            for name in try path.names() {
                try visit(path.appending(name), relative: relative + [UInt8(ascii: "/")] + name)
            }
            add(Array("end".utf8))
        case S_IFREG:
            guard isFirstName(status, relative: relative) else { return }
            add(number: UInt64(status.st_size))
            try addContent(of: path, size: Int(status.st_size))
        case S_IFLNK:
            add(try target(of: path))
        case S_IFCHR, S_IFBLK:
            add(number: UInt64(status.st_rdev))
        default:
            break
        }
    }

    /// Adds to which group of hard links a file belongs; the content of a group is added once.
    private mutating func isFirstName(_ status: stat, relative: [UInt8]) -> Bool {
        add(number: UInt64(status.st_nlink))
        guard status.st_nlink > 1 else { return true }
        let inode = Inode(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
        if let first = firstNames[inode] {
            add(first)
            return false
        }
        firstNames[inode] = relative
        return true
    }

    private mutating func addContent(of path: BytePath, size: Int) throws {
        let file = path.withCString { open($0, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) }
        guard file >= 0 else { throw BytePathError(path, errno) }
        defer { close(file) }
        var total = 0
        while true {
            let count = buffer.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw BytePathError(path, errno) }
            guard count > 0 else { break }
            total += count
            buffer.withUnsafeBytes { digest.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
        guard total == size else { throw BytePathError(path, ESTALE) }
    }

    private func target(of path: BytePath) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 4097)
        let count = path.withCString { path in
            bytes.withUnsafeMutableBytes { buffer -> Int in
                guard let start = buffer.baseAddress else { return -1 }
                return readlink(path, start, buffer.count)
            }
        }
        guard count >= 0 else { throw BytePathError(path, errno) }
        return Array(bytes[..<count])
    }

    /// A file system without extended attributes counts as one where every file has none.
    private mutating func addAttributes(of path: BytePath) throws {
        for name in ExtendedAttributes.names(of: path) {
            guard let value = ExtendedAttributes.value(name, of: path) else { continue }
            add(name)
            add(value)
        }
        add(number: 0)
    }

    /// Each part is preceded by its length, so that no two different lists of parts look the same.
    private mutating func add(_ bytes: [UInt8]) {
        add(number: UInt64(bytes.count))
        digest.update(bytes)
    }

    private mutating func add(number: UInt64) {
        withUnsafeBytes(of: number.littleEndian) { digest.update($0) }
    }
}
