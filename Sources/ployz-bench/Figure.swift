import Foundation

/// One figure and its unit.
struct Figure: Sendable {
    enum Value: Sendable, CustomStringConvertible {
        case milliseconds(Double)
        case mebibytesPerSecond(Double)
        case ratio(Double, Double)
        case percent(Double)
        case count(Int)

        var description: String {
            switch self {
            case .milliseconds(let time): String(format: "%.0f ms", time)
            case .mebibytesPerSecond(let rate): String(format: "%.1f MiB/s", rate)
            case .ratio(let left, let right): right > 0 ? String(format: "%.2f", left / right) : "-"
            case .percent(let part): String(format: "%.0f %%", part)
            case .count(let count): "\(count)"
            }
        }
    }

    let name: String
    let value: Value

    init(_ name: String, _ value: Value) {
        self.name = name
        self.value = value
    }
}

extension [Double] {
    /// 0 when there are none.
    var median: Double {
        let sorted = sorted()
        guard !sorted.isEmpty else { return 0 }
        let middle = count / 2
        return count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}
