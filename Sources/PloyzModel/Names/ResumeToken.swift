/// What `zfs receive -s` leaves when its stream is cut off, and `zfs send -t` goes on from.
///
/// It comes from another machine and says which snapshot is sent: it is used only after ``ResumePoint`` was read from it
/// and compared.
package struct ResumeToken: Hashable, Sendable, TextCodable {
    package let text: String

    /// - Throws: ``InvalidName`` unless `text` is 5 to 4096 characters 0-9 a-f and `-`, beginning with a digit: a
    ///   version, a checksum, a length and a packed list, all in hexadecimal (some 220 to 300 characters with OpenZFS 2.3).
    package init(_ text: String) throws(InvalidName) {
        guard (5...4096).contains(text.utf8.count), text.utf8.allSatisfy(Self.isValid), !text.hasPrefix("-") else {
            throw InvalidName(text: String(text.prefix(40)), rule: "5 to 4096 characters 0-9 a-f -")
        }
        self.text = text
    }

    package var description: String { text }

    private static func isValid(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
