package import PloyzModel

/// The name of a network device, fit for argument vectors, rules and paths.
package struct DeviceName: Hashable, Sendable, Codable, CustomStringConvertible, TextCodable {
    package let text: String

    /// - Throws: ``InvalidName`` unless `text` is 1 to 15 characters (the kernel's IFNAMSIZ) `a-z`, `0-9`, `-` and
    ///   starts with a letter.
    package init(_ text: String) throws(InvalidName) {
        let bytes = text.utf8
        let isLetter = { (byte: UInt8) in (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        guard (1...15).contains(bytes.count), let first = bytes.first, isLetter(first),
            bytes.allSatisfy({ isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") })
        else {
            throw InvalidName(text: text, rule: "1 to 15 characters a-z, 0-9 and '-', starting with a letter")
        }
        self.text = text
    }

    /// The host's end of an instance's link, the same name on every machine: `plz` and 48 bits of a hash (FNV-1a) of
    /// the instance's name. 15 characters cannot hold the name itself; the link's alias does.
    init(linkOf instance: InstanceRef) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in instance.description.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String((hash ^ hash >> 48) & 0xffff_ffff_ffff, radix: 16)
        text = Self.linkPrefix + String(repeating: "0", count: 12 - digits.count) + digits
    }

    private init(constant: String) { text = constant }

    /// What the machine's ends of all instances' links begin with.
    static let linkPrefix = "plz"

    /// An instance's end of its link, inside.
    static let inner = DeviceName(constant: "eth0")

    /// The two ends of what packets wait in.
    static let parking = DeviceName(constant: "ployz-park")
    static let unparking = DeviceName(constant: "ployz-unpark")

    package static let wireguard = DeviceName(constant: "wg-ployz")
    package static let bridge = DeviceName(constant: "br-ployz")

    package var description: String { text }
}
