package import PloyzModel

/// One attempt of a stranger: what must become of it, and what keeps it out.
package struct HostileLine: Sendable {
    /// Where a refusal is counted.
    package enum Count: Sendable {
        /// In `refused` of m1's `status --json`, under one of these reasons.
        case daemon([String])
        /// In a counter of the firewall of m1 or m2.
        case firewall
        /// By nobody: the kernel, etcd or a program of ours that runs as the stranger refuses.
        case nobody(String)
    }

    package let stranger: Stranger
    package let attempt: String
    /// Words of the refusal; one of them must be in it. None: any refusal will do.
    package var refusal: [String] = []
    package let count: Count
    /// Switched off together, the same attempt succeeds.
    package var guards: [Guard] = []
    /// Whether the daemon asks the guard at its start.
    package var isAskedAtStart = false
    /// The same with what a stranger lacks: it must succeed. For what no guard of ours refuses.
    package var control: (@Sendable (HostileStage) async throws -> Attempt)?
    /// Whether it belongs to what CI runs: it takes less than a second.
    package var isQuick = true
    /// Taken against a daemon whose guard is off, when that differs.
    package var unguarded: (@Sendable (HostileStage) async throws -> Attempt)?
    package let attack: @Sendable (HostileStage) async throws -> Attempt
}
