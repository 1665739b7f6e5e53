/// Reads TOML 1.0 into the value tree. Dates and times, and numbers that are not finite, are errors: no document of
/// ours has a use for them.
///
/// Written for this project because a document comes from outside: the reader keeps order and lines, ends at a
/// bounded depth, and sees a NUL. `docs/decisions/0004-manifest-reader.md` has what a library did with such documents.
struct TOMLReader {
    var cursor: ByteCursor

    init(_ cursor: ByteCursor) { self.cursor = cursor }

    mutating func document() throws(DocumentProblem) -> DocumentValue {
        var tree = TOMLTree()
        var section = TOMLTree.root
        while true {
            try skipLines()
            guard !cursor.isAtEnd else { return tree.value(of: TOMLTree.root) }
            let line = cursor.line
            if cursor.next == UInt8(ascii: "[") {
                let (key, isElement) = try header()
                section = try Self.at(line) { () throws(TOMLConflict) in
                    try tree.open(key, isElement: isElement, line: line)
                }
            } else {
                let (key, value) = try pair(depth: tree.depth(of: section))
                try Self.at(line) { () throws(TOMLConflict) in try tree.set(key, to: value, in: section) }
            }
            try endOfLine()
        }
    }

    private mutating func header() throws(DocumentProblem) -> (key: [String], isElement: Bool) {
        let isElement = cursor.skip("[[")
        if !isElement { cursor.advance() }
        let key = try key()
        guard cursor.skip(isElement ? "]]" : "]") else {
            throw cursor.problem("expected '\(isElement ? "]]" : "]")', found \(cursor.found)")
        }
        return (key, isElement)
    }

    /// `key = value`.
    mutating func pair(depth: Int) throws(DocumentProblem) -> (key: [String], value: DocumentValue) {
        let key = try key()
        guard cursor.skip("=") else { throw cursor.problem("expected '=', found \(cursor.found)") }
        do throws(DocumentProblem) {
            return (key, try value(depth: depth + key.count - 1))
        } catch {
            guard key.last == "secret" else { throw error }
            // What stands there may be the secret, without its quotes.
            throw DocumentProblem(path: .root, line: error.line, message: "a secret is a string in quotes")
        }
    }

    /// A key with its dots; spaces around it are consumed.
    private mutating func key() throws(DocumentProblem) -> [String] {
        var parts: [String] = []
        repeat {
            skipSpace()
            switch cursor.next {
            case UInt8(ascii: "\""): parts.append(try basicString())
            case UInt8(ascii: "'"): parts.append(try literalString())
            default:
                let part = cursor.take(while: Self.isBare)
                guard !part.isEmpty else { throw cursor.problem("expected a key, found \(cursor.found)") }
                parts.append(part)
            }
            guard DocumentLimits.allows(depth: parts.count) else {
                throw cursor.problem("a key with more than \(DocumentLimits.depth) parts")
            }
            skipSpace()
        } while cursor.skip(".")
        return parts
    }

    mutating func value(depth: Int) throws(DocumentProblem) -> DocumentValue {
        skipSpace()
        guard DocumentLimits.allows(depth: depth) else {
            throw cursor.problem("more than \(DocumentLimits.depth) tables and lists inside each other")
        }
        let line = cursor.line
        switch cursor.next {
        case UInt8(ascii: "\""):
            let text = try cursor.starts(with: "\"\"\"") ? longBasicString() : basicString()
            return DocumentValue(.string(text), line: line)
        case UInt8(ascii: "'"):
            let text = try cursor.starts(with: "'''") ? longLiteralString() : literalString()
            return DocumentValue(.string(text), line: line)
        case UInt8(ascii: "["): return DocumentValue(.array(try list(depth: depth)), line: line)
        case UInt8(ascii: "{"): return try inlineTable(depth: depth)
        default:
            let word = cursor.take { Self.isBare($0) || [":", ".", "+"].contains(UnicodeScalar($0)) }
            guard !word.isEmpty else { throw cursor.problem("expected a value, found \(cursor.found)") }
            switch word {
            case "true": return DocumentValue(.bool(true), line: line)
            case "false": return DocumentValue(.bool(false), line: line)
            default:
                let content = try Self.at(line) { () throws(TOMLConflict) in try TOMLNumber.content(of: word) }
                return DocumentValue(content, line: line)
            }
        }
    }

    private mutating func list(depth: Int) throws(DocumentProblem) -> [DocumentValue] {
        cursor.advance()
        var values: [DocumentValue] = []
        while true {
            try skipLines()
            if cursor.skip("]") { return values }
            values.append(try value(depth: depth + 1))
            try skipLines()
            if cursor.skip("]") { return values }
            guard cursor.skip(",") else { throw cursor.problem("expected ',' or ']', found \(cursor.found)") }
        }
    }

    /// An inline table is complete in itself: it is read as a document of its own.
    private mutating func inlineTable(depth: Int) throws(DocumentProblem) -> DocumentValue {
        let line = cursor.line
        var tree = TOMLTree()
        cursor.advance()
        skipSpace()
        var isComplete = cursor.skip("}")
        while !isComplete {
            let (key, value) = try pair(depth: depth + 1)
            try Self.at(line) { () throws(TOMLConflict) in try tree.set(key, to: value, in: TOMLTree.root) }
            skipSpace()
            isComplete = cursor.skip("}")
            if !isComplete, !cursor.skip(",") {
                throw cursor.problem("expected ',' or '}', found \(cursor.found)")
            }
        }
        return DocumentValue(tree.value(of: TOMLTree.root).content, line: line)
    }

    /// Says on which line a conflict is.
    private static func at<Value>(
        _ line: Int,
        _ body: () throws(TOMLConflict) -> Value
    ) throws(DocumentProblem) -> Value {
        do {
            return try body()
        } catch {
            throw DocumentProblem(path: .root, line: line, message: error.message)
        }
    }

    // MARK: Space

    mutating func skipSpace() {
        while let byte = cursor.next, byte == 0x20 || byte == 0x09 { cursor.advance() }
    }

    /// Spaces, line ends and comments.
    private mutating func skipLines() throws(DocumentProblem) {
        while true {
            skipSpace()
            if cursor.next == UInt8(ascii: "#") { try comment() }
            if !cursor.skip("\n"), !cursor.skip("\r\n") { return }
        }
    }

    private mutating func endOfLine() throws(DocumentProblem) {
        skipSpace()
        if cursor.next == UInt8(ascii: "#") { try comment() }
        guard cursor.isAtEnd || cursor.skip("\n") || cursor.skip("\r\n") else {
            throw cursor.problem("expected the end of the line, found \(cursor.found)")
        }
    }

    private mutating func comment() throws(DocumentProblem) {
        _ = cursor.take { Self.isText($0) }
        guard cursor.isAtEnd || cursor.starts(with: "\n") || cursor.starts(with: "\r\n") else {
            throw cursor.problem("a control character in a comment")
        }
    }

    // MARK: Bytes

    /// Everything but control characters; a tab is no control character here.
    static func isText(_ byte: UInt8) -> Bool { byte == 0x09 || byte >= 0x20 && byte != 0x7f }

    static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
