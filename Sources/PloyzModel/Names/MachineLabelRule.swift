/// What labels of a machine may be: names as those of services' labels have, short values, not too many. They are in
/// every machine's copy of the records.
package enum MachineLabelRule {
    package static let most = 64
    /// In bytes.
    package static let longestValue = 256

    /// - Throws: ``InvalidName`` for the first that breaks a rule.
    package static func check(_ labels: [String: String]) throws(InvalidName) {
        guard labels.count <= most else { throw InvalidName(text: "\(labels.count) labels", rule: "at most \(most)") }
        for (name, value) in labels.sorted(by: { $0.key < $1.key }) {
            guard isName(name) else {
                throw InvalidName(
                    text: String(name.prefix(128)),
                    rule: "1 to 128 characters A-Z, a-z, 0-9, '_', '.', '/' and '-', not starting with 'ployz.'"
                )
            }
            guard value.utf8.count <= longestValue, value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
                throw InvalidName(
                    text: "the value of \(name)",
                    rule: "at most \(longestValue) bytes without control characters"
                )
            }
        }
    }

    private static func isName(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count) && !text.hasPrefix("ployz.")
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
