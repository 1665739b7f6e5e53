/// An identifier that the system made: a short prefix, `-`, and 16 lower-case hexadecimal digits.
///
/// The bits are random, from a generator that the caller passes in.
package struct Identifier<Kind: IdentifierKind>: Hashable, Comparable, Sendable, TextCodable {
    package let text: String

    /// - Throws: ``InvalidName`` unless `text` is the kind's prefix, `-` and 16 hexadecimal digits.
    package init(_ text: String) throws(InvalidName) {
        let prefix = Kind.prefix + "-"
        guard text.hasPrefix(prefix), Self.isHexadecimal(text.utf8.dropFirst(prefix.utf8.count)) else {
            throw InvalidName(text: text, rule: "\(prefix) and 16 hexadecimal digits")
        }
        self.text = text
    }

    /// A new identifier of 64 random bits.
    package init(using generator: inout some RandomNumberGenerator) {
        let digits = String(generator.next() as UInt64, radix: 16)
        text = Kind.prefix + "-" + String(repeating: "0", count: 16 - digits.count) + digits
    }

    package var description: String { text }

    package static func < (left: Identifier, right: Identifier) -> Bool { left.text < right.text }

    private static func isHexadecimal(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.count == 16
            && bytes.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            }
    }
}

package protocol IdentifierKind: Sendable {
    static var prefix: String { get }
}

package enum MachineIDKind: IdentifierKind { package static let prefix = "m" }
package enum OperationIDKind: IdentifierKind { package static let prefix = "op" }
package enum ClusterIDKind: IdentifierKind { package static let prefix = "c" }

package typealias MachineID = Identifier<MachineIDKind>
package typealias OperationID = Identifier<OperationIDKind>
package typealias ClusterID = Identifier<ClusterIDKind>
