/// The four kinds of string of TOML.
extension TOMLReader {
    mutating func basicString() throws(DocumentProblem) -> String {
        cursor.advance()
        var text = ""
        while true {
            text += cursor.take { Self.isText($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
            if cursor.skip("\"") { return text }
            guard cursor.skip("\\") else { throw unfinished() }
            text.unicodeScalars.append(try escape())
        }
    }

    mutating func literalString() throws(DocumentProblem) -> String {
        cursor.advance()
        let text = cursor.take { Self.isText($0) && $0 != UInt8(ascii: "'") }
        guard cursor.skip("'") else { throw unfinished() }
        return text
    }

    mutating func longBasicString() throws(DocumentProblem) -> String {
        cursor.advance(3)
        skipFirstLineEnd()
        var text = ""
        while true {
            text += cursor.take { Self.isText($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
            if let end = longStringEnd("\"") {
                text += end.text
                if end.isComplete { return text }
            } else if cursor.skip("\\") {
                if try !lineContinues() { text.unicodeScalars.append(try escape()) }
            } else {
                text += try lineEnd()
            }
        }
    }

    mutating func longLiteralString() throws(DocumentProblem) -> String {
        cursor.advance(3)
        skipFirstLineEnd()
        var text = ""
        while true {
            text += cursor.take { Self.isText($0) && $0 != UInt8(ascii: "'") }
            if let end = longStringEnd("'") {
                text += end.text
                if end.isComplete { return text }
            } else {
                text += try lineEnd()
            }
        }
    }

    /// A line end right after the opening quotes does not count.
    private mutating func skipFirstLineEnd() {
        if !cursor.skip("\n") { _ = cursor.skip("\r\n") }
    }

    /// A line end inside a long string, as `\n` whatever the file has.
    private mutating func lineEnd() throws(DocumentProblem) -> String {
        guard cursor.skip("\n") || cursor.skip("\r\n") else { throw unfinished() }
        return "\n"
    }

    /// Up to five quotes: three end the string, two more belong to it. nil when no quote is next.
    private mutating func longStringEnd(_ quote: Character) -> (text: String, isComplete: Bool)? {
        var count = 0
        while count < 5, let byte = cursor.next, Character(UnicodeScalar(byte)) == quote {
            cursor.advance()
            count += 1
        }
        guard count > 0 else { return nil }
        return (String(repeating: quote, count: count < 3 ? count : count - 3), count >= 3)
    }

    /// A backslash at the end of a line: it and the white space up to the next text do not count.
    private mutating func lineContinues() throws(DocumentProblem) -> Bool {
        var distance = 0
        while let byte = cursor.peek(distance), byte == 0x20 || byte == 0x09 { distance += 1 }
        let byte = cursor.peek(distance)
        guard byte == 0x0a || byte == 0x0d && cursor.peek(distance + 1) == 0x0a else { return false }
        while cursor.next == 0x20 || cursor.next == 0x09 || cursor.starts(with: "\n") || cursor.starts(with: "\r\n") {
            cursor.advance(cursor.starts(with: "\r\n") ? 2 : 1)
        }
        return true
    }

    private mutating func escape() throws(DocumentProblem) -> Unicode.Scalar {
        guard let byte = cursor.next else { throw unfinished() }
        if let scalar = Self.escapes[byte] {
            cursor.advance()
            return scalar
        }
        guard byte == UInt8(ascii: "u") || byte == UInt8(ascii: "U") else {
            throw cursor.problem("unknown escape \(cursor.found)")
        }
        cursor.advance()
        guard let scalar = Unicode.Scalar(try cursor.hexadecimal(byte == UInt8(ascii: "u") ? 4 : 8)) else {
            throw cursor.problem("an escape that names no character")
        }
        return scalar
    }

    private static let escapes: [UInt8: Unicode.Scalar] = [
        UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "b"): "\u{8}", UInt8(ascii: "f"): "\u{c}",
        UInt8(ascii: "n"): "\n", UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
    ]

    private func unfinished() -> DocumentProblem {
        switch cursor.next {
        case nil, 0x0a, 0x0d: cursor.problem("a string has no end")
        default: cursor.problem("a control character in a string: write it as an escape")
        }
    }
}
