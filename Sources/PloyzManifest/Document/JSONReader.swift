/// Reads JSON (RFC 8259) into the value tree. Unlike Foundation's readers it keeps order and lines, and sees keys that
/// are there twice.
struct JSONReader {
    private var cursor: ByteCursor

    init(_ cursor: ByteCursor) { self.cursor = cursor }

    mutating func document() throws(DocumentProblem) -> DocumentValue {
        let value = try value(depth: 0)
        skipSpace()
        guard cursor.isAtEnd else { throw cursor.problem("expected the end of the document, found \(cursor.found)") }
        return value
    }

    private mutating func value(depth: Int) throws(DocumentProblem) -> DocumentValue {
        skipSpace()
        guard DocumentLimits.allows(depth: depth) else {
            throw cursor.problem("more than \(DocumentLimits.depth) tables and lists inside each other")
        }
        let line = cursor.line
        switch cursor.next {
        case UInt8(ascii: "{"): return DocumentValue(.object(try members(depth: depth)), line: line)
        case UInt8(ascii: "["): return DocumentValue(.array(try elements(depth: depth)), line: line)
        case UInt8(ascii: "\""): return DocumentValue(.string(try string()), line: line)
        case let byte? where byte == UInt8(ascii: "-") || Self.isDigit(byte):
            return DocumentValue(try number(), line: line)
        default:
            if cursor.skip("true") { return DocumentValue(.bool(true), line: line) }
            if cursor.skip("false") { return DocumentValue(.bool(false), line: line) }
            if cursor.skip("null") { return DocumentValue(.null, line: line) }
            throw cursor.problem("expected a value, found \(cursor.found)")
        }
    }

    private mutating func members(depth: Int) throws(DocumentProblem) -> [DocumentMember] {
        cursor.advance()
        skipSpace()
        var members: [DocumentMember] = []
        var names: Set<[UInt8]> = []
        if cursor.skip("}") { return members }
        while true {
            skipSpace()
            guard cursor.next == UInt8(ascii: "\"") else {
                throw cursor.problem("expected a key in double quotes, found \(cursor.found)")
            }
            let name = try string()
            guard names.insert(Array(name.utf8)).inserted else {
                throw cursor.problem("the key \(Quoted(name)) is there twice")
            }
            skipSpace()
            guard cursor.skip(":") else { throw cursor.problem("expected ':', found \(cursor.found)") }
            members.append(DocumentMember(name, try value(depth: depth + 1)))
            skipSpace()
            if cursor.skip("}") { return members }
            guard cursor.skip(",") else { throw cursor.problem("expected ',' or '}', found \(cursor.found)") }
        }
    }

    private mutating func elements(depth: Int) throws(DocumentProblem) -> [DocumentValue] {
        cursor.advance()
        skipSpace()
        var elements: [DocumentValue] = []
        if cursor.skip("]") { return elements }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if cursor.skip("]") { return elements }
            guard cursor.skip(",") else { throw cursor.problem("expected ',' or ']', found \(cursor.found)") }
        }
    }

    private mutating func string() throws(DocumentProblem) -> String {
        cursor.advance()
        var text = ""
        while true {
            text += cursor.take { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") && $0 >= 0x20 }
            switch cursor.next {
            case UInt8(ascii: "\""):
                cursor.advance()
                return text
            case UInt8(ascii: "\\"):
                cursor.advance()
                text.unicodeScalars.append(try escape())
            case nil: throw cursor.problem("a string has no end")
            default: throw cursor.problem("a control character in a string: write it as an escape")
            }
        }
    }

    private mutating func escape() throws(DocumentProblem) -> Unicode.Scalar {
        let byte = cursor.next
        if let byte, let scalar = Self.escapes[byte] {
            cursor.advance()
            return scalar
        }
        guard byte == UInt8(ascii: "u") else { throw cursor.problem("unknown escape \(cursor.found)") }
        cursor.advance()
        let first = try cursor.hexadecimal(4)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xd800...0xdbff).contains(first), cursor.skip("\\u") else {
            throw cursor.problem("half of a surrogate pair")
        }
        let second = try cursor.hexadecimal(4)
        guard (0xdc00...0xdfff).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
        else {
            throw cursor.problem("half of a surrogate pair")
        }
        return scalar
    }

    private static let escapes: [UInt8: Unicode.Scalar] = [
        UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/", UInt8(ascii: "b"): "\u{8}",
        UInt8(ascii: "f"): "\u{c}", UInt8(ascii: "n"): "\n", UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
    ]

    private mutating func number() throws(DocumentProblem) -> DocumentValue.Content {
        let start = cursor.offset
        var isInteger = true
        _ = cursor.skip("-")
        let digits = cursor.take(while: Self.isDigit)
        guard !digits.isEmpty, digits == "0" || !digits.hasPrefix("0") else {
            throw cursor.problem("a number starts with a digit, and with 0 only when that is all")
        }
        if cursor.skip(".") {
            isInteger = false
            guard !cursor.take(while: Self.isDigit).isEmpty else { throw cursor.problem("a digit must follow the '.'") }
        }
        if cursor.skip("e") || cursor.skip("E") {
            isInteger = false
            if !cursor.skip("+") { _ = cursor.skip("-") }
            guard !cursor.take(while: Self.isDigit).isEmpty else { throw cursor.problem("an exponent has no digit") }
        }
        let text = cursor.text(from: start)
        if isInteger {
            guard let integer = Int64(text) else { throw cursor.problem("\(Quoted(text)) does not fit in 64 bits") }
            return .integer(integer)
        }
        guard let float = Double(text), float.isFinite else { throw cursor.problem("\(Quoted(text)) is out of range") }
        return .float(float)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private mutating func skipSpace() {
        while let byte = cursor.next, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d { cursor.advance() }
    }
}
