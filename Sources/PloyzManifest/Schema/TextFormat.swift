import PloyzModel

/// What a text must be.
package struct TextFormat: Sendable {
    /// The rule in words that complete "must be …".
    package let rule: String
    /// Whether an integer is taken for the text of its digits.
    package let takesIntegers: Bool
    private let fits: @Sendable (String) -> Bool

    package init(_ rule: String, takesIntegers: Bool = false, isValid: @escaping @Sendable (String) -> Bool) {
        self.rule = rule
        self.takesIntegers = takesIntegers
        fits = isValid
    }

    func isValid(_ text: String) -> Bool { fits(text) || !Guard.fields.isOn }

    /// 1 to `most` of the characters that `isAllowed` accepts.
    package static func characters(
        _ rule: String,
        most: Int,
        isAllowed: @escaping @Sendable (UInt8) -> Bool
    ) -> TextFormat {
        TextFormat(rule) { (1...most).contains($0.utf8.count) && $0.utf8.allSatisfy(isAllowed) }
    }
}
