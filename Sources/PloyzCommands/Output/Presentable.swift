package import PloyzAPI

/// A document that a command prints: one value, four forms.
package protocol Presentable: Document {
    /// Lines for people.
    func lines(_ ink: Ink) -> [String]
    /// Lines for `cut` and `read`: fields separated by tabs.
    var plainLines: [String] { get }
}

/// A document that is a list: one row for each thing.
package protocol ListPresentable: Presentable {
    static var columns: [String] { get }
    var rows: [[String]] { get }
    /// What people read when there are no rows.
    static var empty: String { get }
}

extension ListPresentable {
    package func lines(_ ink: Ink) -> [String] {
        rows.isEmpty ? [Self.empty] : Table(Self.columns, rows).lines(ink)
    }

    package var plainLines: [String] { rows.map { $0.joined(separator: "\t") } }
}
