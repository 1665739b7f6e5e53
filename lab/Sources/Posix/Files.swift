import Glibc

/// Whole files and directories by path.
package enum Files {
    /// The content, or nil when there is no such file.
    ///
    /// - Throws: `PosixError` when it exists and cannot be read.
    package static func read(_ path: String) throws -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw PosixError("open", errno, on: path)
        }
        defer { close(file) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            try PosixError.check(count, "read", on: path)
            guard count > 0 else { return content }
            content += buffer[..<count]
        }
    }

    /// The content as text, or nil when there is no such file or it cannot be read, as with `/proc` files of a process
    /// that just ended.
    package static func text(_ path: String) -> String? {
        guard let bytes = try? read(path) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Replaces the file in one step: readers see the old content or the new.
    package static func replace(_ path: String, with content: String, mode: UInt32 = 0o644) throws {
        let draft = "\(path).new.\(getpid())"
        try write(content, to: draft, flags: O_CREAT | O_TRUNC, mode: mode)
        try PosixError.check(rename(draft, path), "rename", on: path)
    }

    /// Writes with one `write` call, as control files of the kernel want it.
    package static func write(
        _ content: String,
        to path: String,
        flags: Int32 = 0,
        mode: UInt32 = 0o644
    ) throws {
        let file = try PosixError.check(open(path, O_WRONLY | O_CLOEXEC | flags, mode), "open", on: path)
        defer { close(file) }
        let bytes = Array(content.utf8)
        let count = try PosixError.check(Glibc.write(file, bytes, bytes.count), "write", on: path)
        guard count == bytes.count else { throw PosixError("write", EIO, on: path) }
    }

    package static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    package static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Makes the directory and those above it that are missing.
    package static func makeDirectory(_ path: String, mode: UInt32 = 0o755) throws {
        if isDirectory(path) { return }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try makeDirectory(String(path[..<slash]))
        }
        if mkdir(path, mode) != 0 && errno != EEXIST { throw PosixError("mkdir", errno, on: path) }
    }

    /// Names in a directory, sorted; empty when there is no such directory.
    package static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The target of a symbolic link, as `/proc/<pid>/ns/net` is; nil when it cannot be read.
    package static func link(_ path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { bytes -> Int in
            guard let start = bytes.baseAddress else { return -1 }
            return readlink(path, start, bytes.count)
        }
        guard count >= 0 else { return nil }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    /// The absolute path without symbolic links, or nil when it does not lead anywhere.
    package static func resolve(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
