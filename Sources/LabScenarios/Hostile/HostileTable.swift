/// The list as a table, a row for each line.
package struct HostileTable: CustomStringConvertible, Sendable {
    private let rows: [[String]]

    package init(_ verdicts: [HostileVerdict]) {
        rows = [["STRANGER", "ATTEMPT", "RESULT", "COUNTED", "PROOF"]] + verdicts.map(\.row)
    }

    package var description: String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = zip(row, widths).map { $0.padded(to: $1) }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}
