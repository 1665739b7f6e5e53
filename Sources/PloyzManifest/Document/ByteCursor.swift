/// A place in a text, counted in lines.
struct ByteCursor {
    private let bytes: [UInt8]
    private(set) var offset: Int
    private(set) var line = 1

    init(_ bytes: [UInt8], from offset: Int) {
        self.bytes = bytes
        self.offset = offset
    }

    /// The next byte; nil at the end.
    var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    var isAtEnd: Bool { offset >= bytes.count }

    func peek(_ distance: Int) -> UInt8? { offset + distance < bytes.count ? bytes[offset + distance] : nil }

    func starts(with text: StaticString) -> Bool {
        text.withUTF8Buffer { bytes[offset...].starts(with: $0) }
    }

    mutating func advance(_ count: Int = 1) {
        for _ in 0..<count where offset < bytes.count {
            if bytes[offset] == UInt8(ascii: "\n") { line += 1 }
            offset += 1
        }
    }

    /// Consumes `text` when it is next.
    mutating func skip(_ text: StaticString) -> Bool {
        guard starts(with: text) else { return false }
        advance(text.utf8CodeUnitCount)
        return true
    }

    /// Consumes and returns the bytes up to the first that does not satisfy `condition`.
    mutating func take(while condition: (UInt8) -> Bool) -> String {
        let start = offset
        while let byte = next, condition(byte) { advance() }
        return text(from: start)
    }

    /// The text from `start` to here. The bytes are known to be UTF-8.
    func text(from start: Int) -> String { String(decoding: bytes[start..<offset], as: UTF8.self) }

    func slice(from start: Int) -> ArraySlice<UInt8> { bytes[start..<offset] }

    func problem(_ message: String) -> DocumentProblem {
        DocumentProblem(path: .root, line: line, message: message)
    }

    /// The next character as a message shows it.
    var found: String {
        guard !isAtEnd else { return "the end of the document" }
        let character = String(decoding: bytes[offset..<min(offset + 4, bytes.count)], as: UTF8.self).unicodeScalars
            .first
        return character.map { "\(Quoted(String($0)))" } ?? "nothing"
    }

    /// Consumes `count` hexadecimal digits and returns their value.
    mutating func hexadecimal(_ count: Int) throws(DocumentProblem) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let byte = next, let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
                throw problem("expected \(count) hexadecimal digits, found \(found)")
            }
            value = value << 4 | UInt32(digit)
            advance()
        }
        return value
    }
}
