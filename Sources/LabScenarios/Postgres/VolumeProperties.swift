import Foundation

/// Properties of a volume's dataset that must be the same wherever it is.
enum VolumeProperties {
    /// Those that say how a file system behaves and what it may take. Left out are sizes, names, times, how a copy is
    /// mounted, and what belongs to the machine.
    private static let compared: Set = [
        "aclinherit", "aclmode", "acltype", "atime", "casesensitivity", "checksum", "compression", "copies", "dedup",
        "devices", "dnodesize", "encryption", "exec", "logbias", "nbmand", "normalization", "primarycache", "quota",
        "recordsize", "redundant_metadata", "refquota", "refreservation", "relatime", "reservation", "secondarycache",
        "setuid", "snapdir", "special_small_blocks", "sync", "utf8only", "version", "vscan", "xattr",
    ]

    /// What differs between two machines, a line for each; empty when nothing does.
    static func differences(_ lab: Lab, of dataset: String, _ one: String, _ other: String) async throws -> [String] {
        let left = try await read(lab, dataset, on: one)
        let right = try await read(lab, dataset, on: other)
        guard left.count > 10 else { throw ScenarioFailure("\(one) tells few properties of \(dataset): \(left)") }
        return Set(left.keys).union(right.keys).sorted().filter { left[$0] != right[$0] }.map { name in
            "\(dataset) \(name): \(left[name] ?? "-") on \(one), \(right[name] ?? "-") on \(other)"
        }
    }

    private static func read(_ lab: Lab, _ dataset: String, on machine: String) async throws -> [String: String] {
        let get = ["zfs", "get", "-H", "-p", "-o", "property,value", "all", dataset]
        let lines = try await lab.run(machine, get, within: PostgresService.patience).succeeded().text
        var values: [String: String] = [:]
        for line in lines.split(separator: "\n") {
            let fields = line.split(separator: "\t", maxSplits: 1).map(String.init)
            guard fields.count == 2 else { continue }
            // What users set; ours say whose copy it is.
            let isUsers = fields[0].contains(":") && !fields[0].contains("ployz")
            if isUsers || compared.contains(fields[0]) { values[fields[0]] = fields[1] }
        }
        return values
    }
}
