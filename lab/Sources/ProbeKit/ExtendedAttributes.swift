import CLinux

/// Extended attributes of a file, symbolic links not followed.
package enum ExtendedAttributes {
    /// Names in the order of their bytes; empty where there are none or the file system has no such thing.
    package static func names(of path: BytePath) -> [[UInt8]] {
        var buffer = [CChar](repeating: 0, count: 65536)
        let count = path.withCString { clinux_llistxattr($0, &buffer, buffer.count) }
        guard count > 0 else { return [] }
        return buffer[..<count].map { UInt8(bitPattern: $0) }
            .split(separator: 0)
            .map(Array.init)
            .sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Nil when it cannot be read.
    package static func value(_ name: [UInt8], of path: BytePath) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = path.withCString { path in
            BytePath(name).withCString { clinux_lgetxattr(path, $0, &buffer, buffer.count) }
        }
        guard count >= 0 else { return nil }
        return Array(buffer[..<count])
    }

    /// Whether it could be set; a file system may have no such thing.
    package static func set(_ name: String, to value: [UInt8], of path: BytePath) -> Bool {
        path.withCString { clinux_lsetxattr($0, name, value, value.count) } == 0
    }
}
