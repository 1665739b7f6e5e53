/// What `doctor` prints: what was looked at on this machine, and what is wrong with it.
package struct DoctorReport: Document {
    package let findings: [DoctorFinding]

    package init(findings: [DoctorFinding]) {
        self.findings = findings
    }

    /// Whether nothing is missing that a machine needs.
    package var isHealthy: Bool { !findings.contains { $0.state == .problem } }
}

/// One thing that was looked at.
package struct DoctorFinding: Document {
    package enum State: String, Hashable, Sendable, Codable {
        case ok
        /// Something that this machine can do without.
        case warning
        /// The machine cannot do its work.
        case problem
    }

    /// What was looked at, in a word: `docker`, `wg`, `zfs`.
    package let check: String
    package let state: State
    /// What was found.
    package let detail: String
    /// What to do about it; nil when nothing is to be done.
    package let next: String?

    package init(_ check: String, _ state: State, _ detail: String, next: String? = nil) {
        self.check = check
        self.state = state
        self.detail = detail
        self.next = next
    }
}
