import Glibc

/// A path as the kernel knows it: bytes without zero, not necessarily UTF-8.
package struct BytePath: Hashable, CustomStringConvertible {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package init(_ text: String) { bytes = Array(text.utf8) }

    package func appending(_ name: [UInt8]) -> BytePath { BytePath(bytes + [UInt8(ascii: "/")] + name) }

    package func appending(_ name: String) -> BytePath { appending(Array(name.utf8)) }

    /// The path for people; bytes that are not UTF-8 are replaced.
    package var description: String { String(decoding: bytes, as: UTF8.self) }

    /// Calls the body with the path as C wants it.
    package func withCString<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
        try (bytes + [0]).withUnsafeBytes { raw in
            try raw.withMemoryRebound(to: CChar.self) { buffer in
                guard let start = buffer.baseAddress else { preconditionFailure("a path ends with a zero byte") }
                return try body(start)
            }
        }
    }

    /// Names in the directory, in the order of their bytes.
    package func names() throws -> [[UInt8]] {
        guard let directory = withCString({ opendir($0) }) else { throw BytePathError(self, errno) }
        defer { closedir(directory) }
        var names: [[UInt8]] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != Array(".".utf8) && name != Array("..".utf8) { names.append(name) }
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }
}

/// A call on a path that failed.
package struct BytePathError: Error, CustomStringConvertible {
    let path: BytePath
    let code: Int32

    init(_ path: BytePath, _ code: Int32) {
        self.path = path
        self.code = code
    }

    package var description: String { "\(path): \(String(cString: strerror(code)))" }
}
