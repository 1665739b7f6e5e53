import PloyzMigration
import PloyzModel

/// What a case has shown: one line of `scripts/faults`.
package struct FaultVerdict: Codable, Sendable {
    package var name: String
    package var claim: String
    package var passed: Bool
    /// How the migration ended, in a word.
    package var outcome = "-"
    /// As the operation's record has it, in seconds; nil when the workload never stopped.
    package var downtime: Double?
    /// The longest gap of the client that was placed best, in seconds: one behind a link that is cut is not.
    package var gap: Double?
    package var acknowledged = 0
    package var lost = 0
    /// Times at which two containers of the instance were seen live at once.
    package var twoLive = 0
    /// The second volume's copies with their states.
    package var copies = "-"
    /// From the strike until the operation had ended everywhere, in seconds.
    package var ended: Double?
    /// What must hold and does not, in words.
    package var violations: [String] = []

    package init(name: String, claim: String, passed: Bool = false) {
        self.name = name
        self.claim = claim
        self.passed = passed
    }

    package var line: String {
        var parts = [
            name.padded(to: 26), (passed ? "ok" : "FAILED").padded(to: 7), outcome.padded(to: 9),
            "downtime \(Self.text(downtime))".padded(to: 16), "gap \(Self.text(gap))".padded(to: 12),
            "lost \(lost) of \(acknowledged)".padded(to: 15), "two live \(twoLive)",
            "copies \(copies)".padded(to: 32),
        ]
        if let ended { parts.append("ended after \(Self.text(ended))") }
        return ([parts.joined(separator: "  ")] + violations.map { "    \($0.prefix(600))" }).joined(separator: "\n")
    }

    private static func text(_ seconds: Double?) -> String {
        guard let seconds else { return "-" }
        return "\((seconds * 10).rounded() / 10) s"
    }
}

extension String {
    /// With spaces behind, to so many characters at least.
    package func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
