package import PloyzModel

/// A failure as people read it.
package enum ErrorText {
    /// `error[CODE]: …`, `state: …`, `next: …`; the same again for each further failure.
    package static func lines(_ error: PloyzError, _ ink: Ink) -> [String] {
        var lines = ["\(ink.red("error[\(error.code.text.printable)]:")) \(indented(error.message))"]
        // That a precondition failed means that nothing was touched; other failures must say so themselves.
        let state = error.state ?? (error.code.exitStatus == 3 ? "nothing was touched" : nil)
        if let state { lines.append("state: \(indented(state))") }
        if let next = error.next { lines.append("next: \(indented(next))") }
        return lines + error.others.flatMap { Self.lines($0, ink) }
    }

    /// Further lines of a text stand below its first.
    private static func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }
            .joined(separator: "\n  ")
    }
}
