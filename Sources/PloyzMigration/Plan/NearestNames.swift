/// What a person may have meant.
enum NearestNames {
    /// Up to three of `names` that differ from `text` by few letters, nearest first.
    static func of(_ text: String, among names: [String]) -> [String] {
        let limit = max(2, text.count / 3)
        return names.map { (name: $0, distance: distance(text, $0)) }
            .filter { $0.distance <= limit || $0.name.hasPrefix(text) }
            .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
            .prefix(3)
            .map(\.name)
    }

    /// `; did you mean a or b?`, or nothing.
    static func hint(_ text: String, among names: [String]) -> String {
        let nearest = of(text, among: names)
        return nearest.isEmpty ? "" : "; did you mean \(nearest.joined(separator: " or "))?"
    }

    /// Levenshtein's distance.
    private static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (i, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let replaced = diagonal + (letter == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
