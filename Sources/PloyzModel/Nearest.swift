/// The nearest known names to one that is not known: "did you mean …?".
package enum Nearest {
    /// Texts longer than this are not compared: a name of ours has at most 63 bytes.
    private static let longest = 80

    /// The candidates within an edit distance of a third of the text (at least 2), nearest first, then by name; at
    /// most `limit`.
    package static func names(to text: String, among candidates: some Sequence<String>, limit: Int = 3) -> [String] {
        let wanted = Array(text.lowercased().utf8)
        guard (1...longest).contains(wanted.count) else { return [] }
        let allowed = max(2, wanted.count / 3)
        var found: [(distance: Int, name: String)] = []
        for candidate in Set(candidates) {
            let known = Array(candidate.lowercased().utf8)
            guard known.count <= longest, abs(known.count - wanted.count) <= allowed else { continue }
            let distance = distance(wanted, known)
            // A candidate that shares nothing with the text is no help: 'a' is not near 'b'.
            if distance <= allowed, distance < max(wanted.count, known.count) {
                found.append((distance, candidate))
            }
        }
        return found.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(limit).map(\.name)
    }

    /// `; did you mean 'a' or 'b'?`, to be put behind a message; empty when nothing is near.
    package static func hint(for text: String, among candidates: some Sequence<String>) -> String {
        let names = names(to: text, among: candidates).map { "'\($0)'" }
        return names.isEmpty ? "" : "; did you mean \(names.joined(separator: " or "))?"
    }

    /// Insertions, deletions, replacements and swaps of neighbours that turn one text into the other (optimal string
    /// alignment).
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
