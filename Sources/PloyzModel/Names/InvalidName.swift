/// A text that is no valid name of the kind that was asked for.
package struct InvalidName: Error, Equatable, CustomStringConvertible {
    package let text: String
    package let rule: String

    package init(text: String, rule: String) {
        self.text = text
        self.rule = rule
    }

    package var description: String { "'\(text)' is not a valid name: \(rule)" }
}
