package import PloyzAPI
import PloyzMigration
import PloyzModel

extension StorageChange: Presentable {
    package func lines(_ ink: Ink) -> [String] {
        let outcome =
            switch (change, isNew) {
            case (.promote, true): "\(machine) is a storage member now"
            case (.promote, false): "\(machine) is a storage member already"
            case (.demote, true): "\(machine) is no storage member any more"
            case (.demote, false): "\(machine) is no storage member"
            }
        let tolerance = Self.tolerance(of: members.count)
        let names = members.map(\.description).joined(separator: ", ")
        return [outcome, "members: \(names); \(tolerance == 0 ? "none" : "any \(tolerance)") may be lost"]
            + notes.map { "note: \($0)" }
    }

    package var plainLines: [String] {
        members.map { "member\t\($0)" } + notes.map { "note\t\($0)" }
    }
}

extension StorageMember {
    func text(_ ink: Ink) -> String {
        let words =
            switch state {
            case .healthy: isLeader ? "\(machine) (leads)" : "\(machine)"
            case .unhealthy: ink.red("\(machine) (does not answer)")
            case .learner: ink.yellow("\(machine) (catches up)")
            case .unfinished: ink.yellow("\(machine) (unfinished: promote or demote it)")
            }
        return words
    }
}

extension SavedSnapshot: Presentable {
    package func lines(_ ink: Ink) -> [String] { ["\(path): \(size), SHA-256 \(sha256)"] }

    package var plainLines: [String] { ["\(path)\t\(size.bytes)\t\(sha256)"] }
}

extension StoreRestoration: Presentable {
    package func lines(_ ink: Ink) -> [String] {
        var lines = ["\(machine) is the store's only member"]
        if let keptAt { lines.append("what was there before: \(keptAt)") }
        if !left.isEmpty { lines.append("no members any more: \(Self.list(left))") }
        if !unreached.isEmpty {
            lines.append(ink.yellow("do not answer, and are told when they do: \(Self.list(unreached))"))
        }
        lines += behind.map { ink.red("the store is behind: \($0)") }
        return lines + ["next: ployzctl status; then ployzctl machine storage promote <machine>"]
    }

    package var plainLines: [String] {
        ["member\t\(machine)", "kept\t\(keptAt ?? "-")"] + left.map { "left\t\($0)" }
            + unreached.map { "unreached\t\($0)" } + behind.map { "behind\t\($0)" }
    }

    private static func list(_ machines: [MachinePlace]) -> String {
        machines.map(\.description).joined(separator: ", ")
    }
}
