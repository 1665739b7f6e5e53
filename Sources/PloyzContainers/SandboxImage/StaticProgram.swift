import Crypto
import Foundation
package import PloyzModel

/// The one program of the sandbox image: a static ELF executable, so that it needs no other file.
package struct StaticProgram: Sendable {
    /// The largest program that is read. Debian's busybox has 2 MB.
    static let sizeLimit = 16 << 20

    let bytes: Data

    /// - Throws: `sandbox-program` when the file is missing, too long, no ELF executable, or asks for a loader.
    init(path: String) throws {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw Self.unusable(path, "it is missing or cannot be read")
        }
        defer { try? handle.close() }
        let bytes = try handle.read(upToCount: Self.sizeLimit + 1) ?? Data()
        guard bytes.count <= Self.sizeLimit else { throw Self.unusable(path, "it is too long") }
        guard let needsLoader = Self.needsLoader([UInt8](bytes)) else {
            throw Self.unusable(path, "it is no ELF executable")
        }
        guard !needsLoader else { throw Self.unusable(path, "it is linked dynamically") }
        self.bytes = bytes
    }

    /// Why the program at `path` cannot be a sandbox's; nil when it can.
    package static func problem(at path: String) -> PloyzError? {
        do {
            _ = try StaticProgram(path: path)
            return nil
        } catch let error as PloyzError {
            return error
        } catch {
            return unusable(path, "\(error)")
        }
    }

    /// The first 16 hexadecimal digits of the program's SHA-256: the image's tag.
    var fingerprint: String {
        SHA256.hash(data: bytes).prefix(8).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// Whether an ELF file has a program header of type PT_INTERP (elf(5)); nil when it is no whole ELF file.
    static func needsLoader(_ file: [UInt8]) -> Bool? {
        guard file.count >= 52, Array(file.prefix(4)) == [0x7f, 0x45, 0x4c, 0x46], (1...2).contains(file[4]),
            (1...2).contains(file[5])
        else { return nil }
        let is64 = file[4] == 2
        let isLittleEndian = file[5] == 1

        func number(at offset: Int, bytes count: Int) -> UInt64? {
            guard offset >= 0, offset <= file.count - count else { return nil }
            let slice = file[offset..<offset + count]
            return (isLittleEndian ? Array(slice.reversed()) : Array(slice)).reduce(0) { $0 << 8 | UInt64($1) }
        }

        guard let table = number(at: is64 ? 32 : 28, bytes: is64 ? 8 : 4),
            let entrySize = number(at: is64 ? 54 : 42, bytes: 2),
            let count = number(at: is64 ? 56 : 44, bytes: 2),
            count > 0, table < UInt64(file.count)
        else { return nil }
        for index in 0..<count {
            guard let type = number(at: Int(table + index * entrySize), bytes: 4) else { return nil }
            if type == 3 { return true }
        }
        return false
    }

    private static func unusable(_ path: String, _ reason: String) -> PloyzError {
        PloyzError(
            .sandboxProgram,
            "'\(path)' cannot be the program of the sandbox image: \(reason)",
            next: "install the package busybox-static, or name another static busybox in the configuration"
        )
    }
}
