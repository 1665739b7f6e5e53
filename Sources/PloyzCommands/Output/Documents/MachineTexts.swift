import Foundation
package import PloyzAPI
import PloyzMigration
import PloyzModel

extension MachineRemoval: Presentable {
    package func lines(_ ink: Ink) -> [String] {
        var lines = ["\(machine) (\(machine.id)) \(removedAt == nil ? "would be" : "was") removed from the cluster"]
        if !lostVolumes.isEmpty { lines += ["lost with it:"] + lossLines }
        if !removedInstances.isEmpty {
            lines.append("instances removed: " + removedInstances.map(\.description).joined(separator: ", "))
        }
        if !forgottenCopies.isEmpty {
            lines.append(
                "previous copies forgotten, whose datasets stay on its disk: "
                    + forgottenCopies.map(\.description).joined(separator: ", ")
            )
        }
        if !endedMigrations.isEmpty {
            lines.append("migrations ended: " + endedMigrations.map(\.description).joined(separator: ", "))
        }
        if removedAt != nil { lines += Self.cleaning }
        return lines
    }

    /// A line for each volume that is lost.
    var lossLines: [String] {
        lostVolumes.map { lost in
            let copy =
                lost.lastCopy.map { copy in
                    "last previous copy on \(copy.machine), of " + (copy.date?.formatted(.iso8601) ?? "an unknown date")
                } ?? "no previous copy elsewhere"
            return "    \(lost.volume): \(lost.size?.description ?? "size unknown"), \(copy)"
        }
    }

    package var plainLines: [String] {
        ["machine\t\(machine)\t\(machine.id)\t\(removedAt?.formatted(.iso8601) ?? "-")"]
            + lostVolumes.map { lost in
                "lost\t\(lost.volume)\t\(lost.size.map { "\($0.bytes)" } ?? "-")"
                    + "\t\(lost.lastCopy?.machine.description ?? "-")\t\(lost.lastCopy?.date?.formatted(.iso8601) ?? "-")"
            }
            + removedInstances.map { "instance\t\($0)" }
            + forgottenCopies.map { "copy\t\($0)" }
            + endedMigrations.map { "migration\t\($0)" }
    }

    /// How the machine can be used again.
    private static let cleaning = [
        "it is cut off; before it can join again, on it:",
        "    systemctl stop ployzd; ip link delete wg-ployz",
        "    cd /var/lib/ployz && rm -rf identity.json removed.json wireguard.key pki journal picture.json* epochs.json",
        "    systemctl start ployzd",
    ]
}

extension MachineRenaming: Presentable {
    package func lines(_ ink: Ink) -> [String] {
        before == machine.name ? ["\(machine) has that name already"] : ["\(machine), was \(before)"]
    }

    package var plainLines: [String] { ["\(machine)\t\(before)"] }
}

extension MachineLabels: Presentable {
    package func lines(_ ink: Ink) -> [String] {
        let sorted = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)".printable }
        return ["\(machine): " + (sorted.isEmpty ? "no labels" : sorted.joined(separator: ", "))]
    }

    package var plainLines: [String] {
        labels.sorted { $0.key < $1.key }.map { "\($0.key.printable)\t\($0.value.printable)" }
    }
}

extension RoundTripMatrix: Presentable {
    package func lines(_ ink: Ink) -> [String] {
        let columns = Set(rows.map(\.from) + rows.flatMap { ($0.times ?? []).map(\.to) }).sorted { $0.name < $1.name }
        guard columns.count > 1 else { return ["no other machines"] }
        let cells = rows.map { row in
            ["\(row.from)"]
                + columns.map { column in
                    if column == row.from { return "-" }
                    guard let times = row.times else { return "not asked" }
                    return times.first { $0.to == column }?.time?.description ?? "no answer"
                }
        }
        var lines = Table(["FROM"] + columns.map(\.description), cells).lines(ink)
        for row in rows where row.times == nil { lines.append(ink.yellow("\(row.from) could not be asked")) }
        return lines
    }

    package var plainLines: [String] {
        rows.flatMap { row in
            (row.times ?? []).map { "\(row.from)\t\($0.to)\t\($0.time.map { "\($0.count)" } ?? "-")" }
        }
    }
}
