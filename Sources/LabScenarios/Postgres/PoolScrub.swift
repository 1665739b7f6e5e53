/// Reads a whole pool and compares it with its checksums.
enum PoolScrub {
    /// Runs one to its end.
    ///
    /// - Returns: nil when the pool is without errors, else what `zpool status` says.
    static func run(_ lab: Lab, on machine: String, pool: Substring) async throws -> String? {
        try await lab.run(machine, ["zpool", "scrub", String(pool)], within: PostgresService.patience).succeeded()
        var status = ""
        try await lab.wait(for: "the scrub of \(pool) on \(machine)", within: PostgresService.patience) {
            status = try await lab.run(machine, ["zpool", "status", String(pool)]).succeeded().text
            return !status.contains("scrub in progress")
        }
        // zfs-fuse: "scrub: scrub completed after 0h0m with 0 errors"; OpenZFS: "scan: scrub repaired 0B in … with 0 errors".
        let isDone = status.split(separator: "\n").contains { $0.contains("scrub") && $0.contains(" with 0 errors") }
        return isDone && status.contains("errors: No known data errors") ? nil : status
    }
}
