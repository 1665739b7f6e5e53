/// Helpers that run nowhere, for tests: the contract without processes.
package actor InMemorySupervisor: Supervisor {
    private var helpers: [HelperName: (helper: Helper, pid: Int32, isAlive: Bool)] = [:]
    private var nextPID: Int32 = 1000

    package init() {}

    package func ensureRunning(_ helper: Helper) async throws -> Adoption {
        let old = helpers[helper.name]
        if let old, old.isAlive, old.helper == helper { return .adopted(pid: old.pid) }
        nextPID += 1
        helpers[helper.name] = (helper, nextPID, true)
        return old?.isAlive == true ? .replaced(pid: nextPID) : .started(pid: nextPID)
    }

    package func stop(_ name: HelperName, grace: Duration) async throws { helpers[name] = nil }

    package func status(of name: HelperName) async throws -> HelperStatus {
        guard let entry = helpers[name] else { return .absent }
        return entry.isAlive ? .running(entry.helper, pid: entry.pid) : .dead(entry.helper)
    }

    /// Ends the helper's process as a crash would.
    package func crash(_ name: HelperName) { helpers[name]?.isAlive = false }
}
