package import PloyzAPI
import PloyzMigration
import PloyzModel

extension DeployPreview: Presentable {
    package func lines(_ ink: Ink) -> [String] {
        let changes = changes.lines(ink, none: "\(namespace) is as the manifest says; nothing would change")
        let moves = migrations.flatMap { [""] + $0.lines(ink) }
        return changes + moves + warnings.map { ink.yellow("warning: \($0.printable)") }
    }

    package var plainLines: [String] { changes.plainLines + migrations.flatMap(\.plainLines) }
}

extension DeployResult: Presentable {
    package func lines(_ ink: Ink) -> [String] {
        let none = migrations.isEmpty ? "\(namespace) is as the manifest says; nothing changed" : nil
        return changes.lines(ink, none: none) + migrations.flatMap { $0.lines(ink) }
            + warnings.map { ink.yellow("warning: \($0.printable)") }
    }

    package var plainLines: [String] { changes.plainLines + migrations.flatMap(\.plainLines) }
}

extension [DeployChange] {
    fileprivate func lines(_ ink: Ink, none: String?) -> [String] {
        guard contains(where: { $0.kind != .unchanged }) else { return none.map { [$0] } ?? [] }
        return Table(["CHANGE", "WHAT", "NAME", "MACHINE", "DETAIL"], rows).lines(ink)
    }

    fileprivate var plainLines: [String] { rows.map { $0.map(\.printable).joined(separator: "\t") } }

    private var rows: [[String]] {
        map { change in
            [
                change.kind.rawValue, change.subject.rawValue, change.name, change.machine?.description ?? "-",
                change.detail ?? "-",
            ]
        }
    }
}
