import Foundation

/// A tar archive with one executable file, in the form of POSIX.1-1988 (ustar).
enum TarArchive {
    /// - Parameter path: relative, at most 100 bytes.
    static func containing(_ bytes: Data, at path: String) -> Data {
        precondition(path.utf8.count <= 100, "a ustar name has at most 100 bytes")
        var header = [UInt8](repeating: 0, count: 512)

        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        func octal(_ value: Int, digits: Int) -> String {
            let text = String(value, radix: 8)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }

        put(path, at: 0)
        put(octal(0o755, digits: 7), at: 100)
        put(octal(0, digits: 7), at: 108)
        put(octal(0, digits: 7), at: 116)
        put(octal(bytes.count, digits: 11), at: 124)
        put(octal(0, digits: 11), at: 136)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        // The checksum is taken with blanks in its own place.
        put("        ", at: 148)
        put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6) + "\0 ", at: 148)

        var archive = Data(header)
        archive.append(bytes)
        archive.append(Data(count: (512 - bytes.count % 512) % 512 + 1024))
        return archive
    }
}
