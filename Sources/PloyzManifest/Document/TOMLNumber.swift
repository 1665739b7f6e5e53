/// The numbers of TOML: decimal, `0x`, `0o`, `0b`, and with fraction or exponent, digits parted by `_`.
enum TOMLNumber {
    static func content(of word: String) throws(TOMLConflict) -> DocumentValue.Content {
        let unsigned = word.hasPrefix("+") || word.hasPrefix("-") ? String(word.dropFirst()) : word
        guard unsigned != "inf", unsigned != "nan" else { throw TOMLConflict(message: "a number must be finite") }
        guard let first = unsigned.utf8.first, isDigit(first) else {
            throw TOMLConflict(message: "\(Quoted(word)) is no value; a string stands in quotes")
        }
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where word.hasPrefix(prefix) {
            return .integer(try integer(word.dropFirst(2), radix: radix, word: word))
        }
        if looksLikeDate(unsigned) {
            throw TOMLConflict(message: "a date or time has no use here; a string stands in quotes")
        }
        if unsigned.utf8.contains(where: { isOneOf(".eE", $0) }) { return .float(try float(word, unsigned)) }
        guard unsigned == "0" || !unsigned.hasPrefix("0") else {
            throw TOMLConflict(message: "\(Quoted(word)) starts with 0: octal is written 0o, a string in quotes")
        }
        let sign = word.hasPrefix("-") ? "-" : ""
        return .integer(try integer(Substring(unsigned), radix: 10, sign: sign, word: word))
    }

    private static func integer(
        _ digits: Substring,
        radix: Int,
        sign: String = "",
        word: String
    ) throws(TOMLConflict) -> Int64 {
        let plain = try withoutUnderscores(digits, word: word) { byte in
            Character(UnicodeScalar(byte)).hexDigitValue.map { $0 < radix } ?? false
        }
        guard let value = Int64(sign + plain, radix: radix) else {
            throw TOMLConflict(message: "\(Quoted(word)) does not fit in 64 bits")
        }
        return value
    }

    private static func float(_ word: String, _ unsigned: String) throws(TOMLConflict) -> Double {
        let mantissaAndExponent = unsigned.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        let parts = mantissaAndExponent[0].split(separator: ".", omittingEmptySubsequences: false)
        guard mantissaAndExponent.count <= 2, parts.count <= 2, parts[0] == "0" || !parts[0].hasPrefix("0") else {
            throw TOMLConflict(message: "\(Quoted(word)) is no value; a string stands in quotes")
        }
        var plain = word.hasPrefix("-") ? "-" : ""
        plain += try withoutUnderscores(parts[0], word: word, isDigit)
        if parts.count == 2 { plain += "." + (try withoutUnderscores(parts[1], word: word, isDigit)) }
        if mantissaAndExponent.count == 2 {
            let exponent = mantissaAndExponent[1]
            let isSigned = exponent.hasPrefix("+") || exponent.hasPrefix("-")
            plain += "e" + (isSigned ? exponent.prefix(1) : "")
            plain += try withoutUnderscores(isSigned ? exponent.dropFirst() : exponent, word: word, isDigit)
        }
        guard let value = Double(plain), value.isFinite else {
            throw TOMLConflict(message: "\(Quoted(word)) is out of range")
        }
        return value
    }

    /// The digits alone; each `_` must stand between two of them.
    private static func withoutUnderscores(
        _ digits: Substring,
        word: String,
        _ isDigit: (UInt8) -> Bool
    ) throws(TOMLConflict) -> String {
        let groups = digits.split(separator: "_", omittingEmptySubsequences: false)
        guard groups.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isDigit) }) else {
            throw TOMLConflict(message: "\(Quoted(word)) is no value; a string stands in quotes")
        }
        return groups.joined()
    }

    /// `1979-05-27…` or `07:32…`.
    private static func looksLikeDate(_ text: String) -> Bool {
        let digits = text.utf8.prefix(while: isDigit).count
        let follower = text.utf8.dropFirst(digits).first
        return digits == 4 && follower == UInt8(ascii: "-") || digits == 2 && follower == UInt8(ascii: ":")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isOneOf(_ set: StaticString, _ byte: UInt8) -> Bool {
        set.withUTF8Buffer { $0.contains(byte) }
    }
}
