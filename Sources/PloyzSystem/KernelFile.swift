import Foundation

/// A file that the kernel makes when it is read, as those in `/proc` and `/sys/fs/cgroup`: it tells no size, and a read
/// fails when what it is about has gone meanwhile.
///
/// Foundation loses the memory it reads into whenever a read fails (4 KiB each time, seen with Swift 6.3.1), and what
/// comes and goes here does so with every move of a service.
package enum KernelFile {
    /// The largest that is read, in bytes: a table of sockets has 150 bytes for each.
    private static let limit = 64 << 20

    /// The file's text; nil when it is not there, cannot be read to its end, or is longer than 64 MiB.
    package static func text(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count <= limit {
            let count = read(file, &buffer, buffer.count)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            if count < 0 {
                if errno == EINTR { continue }
                return nil
            }
            bytes += buffer[..<count]
        }
        return nil
    }
}
