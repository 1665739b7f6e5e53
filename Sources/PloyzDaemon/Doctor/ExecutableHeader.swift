import Foundation

/// What a 64-bit little-endian ELF file says of itself at its beginning (elf(5)).
struct ExecutableHeader {
    /// Whether a dynamic loader must be there for it to run.
    let needsInterpreter: Bool

    private static let magic = Data([0x7f, 0x45, 0x4c, 0x46, 2, 1])
    /// `PT_INTERP`.
    private static let interpreter: UInt64 = 3

    /// - Parameter data: the first bytes of the file, with all of its program headers.
    /// - Returns: nil when it is no such file, or its program headers lie behind `data`.
    init?(_ data: Data) {
        let bytes = [UInt8](data)
        func number(at offset: Int, _ size: Int) -> UInt64? {
            guard offset >= 0, offset <= bytes.count - size else { return nil }
            return bytes[offset..<offset + size].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        // e_phoff, e_phentsize and e_phnum.
        guard data.starts(with: Self.magic), let start = number(at: 32, 8), let size = number(at: 54, 2),
            let count = number(at: 56, 2), start < bytes.count
        else { return nil }
        var found = false
        for index in 0..<count {
            guard let type = number(at: Int(start + index * size), 4) else { return nil }
            if type == Self.interpreter { found = true }
        }
        needsInterpreter = found
    }
}
