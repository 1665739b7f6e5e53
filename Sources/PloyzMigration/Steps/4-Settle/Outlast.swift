import PloyzModel

/// How long a source that was replaced while it ran goes on answering.
extension MigrationRunner {
    /// Returns when no machine has begun a connection here for `linger`: other machines follow the record by themselves,
    /// each a little later than this one, and one that is slow still sends its clients here. Bounded by ten times that.
    ///
    /// Where the kernel does not tell of connections, one `linger` is all.
    func outlastFollowers() async throws {
        let limits = seams.limits
        let began = seams.time.now
        var quietSince = began
        var known = try await connectionsHere() ?? []
        while seams.time.now - quietSince < limits.linger, seams.time.now - began < limits.linger * 10 {
            try await seams.time.sleep(for: limits.linger / 4)
            guard let now = try await connectionsHere() else { continue }
            if !now.isSubset(of: known) { quietSince = seams.time.now }
            known.formUnion(now)
        }
    }

    private func connectionsHere() async throws -> Set<String>? {
        var all: Set<String>?
        for member in unit.members {
            guard let some = try await seams.network.connections(to: member.instance.address) else { continue }
            all = (all ?? []).union(some)
        }
        return all
    }
}
