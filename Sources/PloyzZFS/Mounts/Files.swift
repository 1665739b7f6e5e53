import Glibc
import SystemPackage

/// The few calls on files that this module needs, with a bound on what is read.
enum Files {
    static func isExecutable(_ path: FilePath) -> Bool { path.string.withCString { access($0, X_OK) == 0 } }

    /// Replaces a small file as a whole.
    static func write(_ text: String, to path: String) throws {
        let temporary = path + ".new"
        let descriptor = try FileDescriptor.open(
            FilePath(temporary),
            .writeOnly,
            options: [.create, .truncate, .closeOnExec],
            permissions: .ownerReadWrite
        )
        try descriptor.closeAfter { _ = try descriptor.writeAll(text.utf8) }
        guard rename(temporary, path) == 0 else { throw Errno(rawValue: errno) }
    }

    static func link(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }

    /// Names in a directory; empty when it cannot be read.
    static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Makes a directory and those above it, mode 0755.
    static func makeDirectories(_ path: String) throws {
        var prefix = ""
        for part in path.split(separator: "/") {
            prefix += "/" + part
            guard mkdir(prefix, 0o755) == 0 || errno == EEXIST else { throw Errno(rawValue: errno) }
        }
    }
}
