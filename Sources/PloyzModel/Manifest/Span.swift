/// A span of time as people write it in a document: `500ms`, `10s`, `5m`, `1h`.
package struct Span: Hashable, Comparable, Sendable, TextCodable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// - Throws: ``InvalidName`` unless `text` is a whole number of at most 9 digits and `ms`, `s`, `m` or `h`.
    package init(_ text: String) throws(InvalidName) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let factors: [Substring: Int64] = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000]
        guard digits.count <= 9, let count = Int64(digits), let factor = factors[text.dropFirst(digits.count)] else {
            throw InvalidName(text: text, rule: "a whole number and ms, s, m or h, such as 10s")
        }
        milliseconds = count * factor
    }

    package var duration: Duration { .milliseconds(milliseconds) }

    package var description: String {
        for (unit, factor) in [("h", Int64(3_600_000)), ("m", 60_000), ("s", 1000)]
        where milliseconds >= factor && milliseconds % factor == 0 {
            return "\(milliseconds / factor)\(unit)"
        }
        return "\(milliseconds)ms"
    }

    package static func < (left: Span, right: Span) -> Bool { left.milliseconds < right.milliseconds }
}
