import PloyzModel

/// What became of one line of the list.
package struct HostileVerdict: Sendable {
    package let line: HostileLine
    package var attempt: Attempt
    /// How often it was counted while it was tried; nil where nobody counts.
    package var counted: Int?
    /// The same with its guards off.
    package var unguarded: Attempt?
    /// The same with what the stranger lacked.
    package var control: Attempt?

    package init(line: HostileLine, attempt: Attempt, counted: Int?) {
        self.line = line
        self.attempt = attempt
        self.counted = counted
    }

    /// What must hold and does not, in words.
    package var violations: [String] {
        var violations: [String] = []
        if !attempt.refused { violations.append("got through: \(attempt.detail)") }
        if attempt.refused, !line.refusal.isEmpty, !line.refusal.contains(where: attempt.detail.contains) {
            violations.append(
                "refused in other words than '\(line.refusal.joined(separator: "' or '"))': \(attempt.detail)"
            )
        }
        if counted == 0 { violations.append("not counted") }
        if let unguarded, unguarded.refused { violations.append("refused without its guard: \(unguarded.detail)") }
        if let control, control.refused { violations.append("its control was refused: \(control.detail)") }
        return violations
    }

    package var row: [String] {
        let names = line.guards.map(\.rawValue).joined(separator: ", ")
        let proof: String =
            if let unguarded {
                "without \(names): " + (unguarded.refused ? "REFUSED" : "succeeds")
            } else if let control {
                "with the right credential: " + (control.refused ? "REFUSED" : "succeeds")
            } else {
                "-"
            }
        let count: String =
            switch line.count {
            case .nobody(let who): who
            default: counted.map { "\($0)" } ?? "-"
            }
        return [
            line.stranger.rawValue, String(line.attempt.prefix(76)), attempt.refused ? "refused" : "GOT THROUGH", count,
            proof,
        ]
    }
}
