import Foundation

/// What one machine holds, from its own commands: ours and others'.
struct MachineView: Sendable {
    /// A dataset of ours.
    struct Copy: Hashable, Sendable {
        let volume: String
        let state: String
        let epoch: Int
        let isMounted: Bool
    }

    /// Lines of each part of the report.
    private let parts: [String: [String]]

    private static let script = """
        # zfs-fuse has no `zfs holds`; the number of holds is a property.
        echo '# stamps'; zfs get -H -p -r -o name,property,value,source \
            ployz:volume,ployz:state,ployz:epoch,mounted tank/ployz 2>/dev/null
        echo '# guids'; zfs get -H -p -r -o name,value guid tank
        echo '# holds'; zfs get -H -p -r -o name,value userrefs tank | grep @
        echo '# containers'; docker ps --all --no-trunc --format '{{.ID}} {{.Names}} {{.State}}'
        echo '# images'; docker image ls --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}'
        echo '# rules'; nft list table inet foreign 2>/dev/null
        echo '# routes'; ip route show 203.0.113.0/24
        echo '# files'; sha256sum /mnt/tank/foreign/file
        echo '# journal'; ls /var/lib/ployz/journal
        echo '# started'; docker ps --quiet --no-trunc --filter label=io.ployz.role=workload |
            xargs -r docker inspect --format '{{.Id}} {{.State.StartedAt}}'
        """

    static func of(_ lab: Lab, _ machine: String) async throws -> MachineView {
        let text = try await lab.run(machine, ["sh", "-c", script], within: 60).succeeded().text
        var parts: [String: [String]] = [:]
        var part = ""
        for line in text.split(separator: "\n").map(String.init) {
            if line.hasPrefix("# ") { part = String(line.dropFirst(2)) } else { parts[part, default: []].append(line) }
        }
        return MachineView(parts: parts)
    }

    /// Datasets that carry a stamp, those in staging too.
    var copies: [Copy] {
        var properties: [String: [String: String]] = [:]
        for line in parts["stamps"] ?? [] {
            let fields = line.split(separator: "\t").map(String.init)
            guard fields.count == 4, !fields[0].contains("@"), fields[3] == "local" || fields[1] == "mounted" else {
                continue
            }
            properties[fields[0], default: [:]][fields[1]] = fields[2]
        }
        return properties.values.compactMap { values in
            guard let volume = values["ployz:volume"], let state = values["ployz:state"] else { return nil }
            return Copy(
                volume: volume,
                state: state,
                epoch: values["ployz:epoch"].flatMap { Int($0) } ?? 0,
                isMounted: values["mounted"] == "yes"
            )
        }.sorted { $0.volume < $1.volume }
    }

    /// Datasets below the staging parent.
    var staging: [String] {
        (parts["guids"] ?? []).compactMap { $0.split(separator: "\t").first.map(String.init) }
            .filter { $0.hasPrefix("tank/ployz/.staging/") && !$0.contains("@") }
    }

    /// Snapshots of ours.
    var snapshots: [String] {
        (parts["guids"] ?? []).compactMap { $0.split(separator: "\t").first.map(String.init) }
            .filter { $0.contains("@ployz-") }
    }

    /// Snapshots of ours that several holds keep: one too many, when no migration is under way.
    var overheld: [String] {
        (parts["holds"] ?? []).filter { line in
            let fields = line.split(separator: "\t")
            return fields.count == 2 && fields[0].contains("@ployz-") && (Int(fields[1]) ?? 0) > 1
        }
    }

    /// Names and states of containers of ours.
    var containers: [String] {
        (parts["containers"] ?? []).filter { $0.contains(" ployz.") }.map { line in
            line.split(separator: " ").dropFirst().joined(separator: " ")
        }
    }

    /// The workload's container and when it was started; empty when none runs.
    var started: [String] { parts["started"] ?? [] }

    /// Operations in the daemon's journal.
    var journal: [String] { parts["journal"] ?? [] }

    /// Everything that is not ours, with what tells whether it is still the same.
    ///
    /// A container's state is no part of it: when Docker is killed, everybody's containers stop.
    var foreign: Set<String> {
        var found: Set<String> = []
        for line in (parts["guids"] ?? []) where isForeign(line) { found.insert("dataset \(line)") }
        for line in (parts["holds"] ?? []) where isForeign(line) { found.insert("hold \(line)") }
        for line in (parts["containers"] ?? []) where line.contains(" foreign") {
            found.insert("container " + line.split(separator: " ").prefix(2).joined(separator: " "))
        }
        for line in (parts["images"] ?? []) where line.contains("foreign") { found.insert("image \(line)") }
        for part in ["rules", "routes", "files"] {
            for line in parts[part] ?? [] { found.insert("\(part) \(line)") }
        }
        return found
    }

    private func isForeign(_ line: String) -> Bool { line.contains("foreign") }
}
