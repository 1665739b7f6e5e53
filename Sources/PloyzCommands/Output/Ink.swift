/// Colour, where it is wanted.
package struct Ink: Hashable, Sendable {
    private let isOn: Bool

    package init(isOn: Bool) { self.isOn = isOn }

    package static let none = Ink(isOn: false)

    package func bold(_ text: String) -> String { style(text, 1) }
    package func red(_ text: String) -> String { style(text, 31) }
    package func yellow(_ text: String) -> String { style(text, 33) }

    private func style(_ text: String, _ code: Int) -> String { isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
}

extension String {
    /// The text with control characters replaced: what comes from elsewhere must not steer the terminal.
    package var printable: String {
        String(String.UnicodeScalarView(unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
    }
}
