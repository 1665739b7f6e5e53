/// A failure as a person and a program need it: what happened, the state left behind, the next command.
///
/// The command line prints it in three lines (`error[CODE]: …`, `state: …`, `next: …`); the API carries it as JSON.
package struct PloyzError: Error, Codable, Hashable, Sendable, CustomStringConvertible {
    package let code: ErrorCode
    /// What happened, lower case, with the values in it.
    package let message: String
    /// What is left behind; nil when nothing was touched.
    package let state: String?
    /// The next command to run, or what to do.
    package let next: String?
    /// Further failures that were found at the same time.
    package let others: [PloyzError]

    package init(
        _ code: ErrorCode,
        _ message: String,
        state: String? = nil,
        next: String? = nil,
        others: [PloyzError] = []
    ) {
        self.code = code
        self.message = message
        self.state = state
        self.next = next
        self.others = others
    }

    package var description: String { "error[\(code)]: \(message)" }

    /// One error out of all that were found together; nil when there are none.
    package static func all(_ errors: [PloyzError]) -> PloyzError? {
        guard let first = errors.first else { return nil }
        return PloyzError(
            first.code,
            first.message,
            state: first.state,
            next: first.next,
            others: first.others + errors.dropFirst()
        )
    }
}

/// A stable code for a kind of failure, for programs and for the table in `docs/errors.md`.
///
/// A struct, not an enumeration, so that each part declares its own codes in an extension next to its errors.
package struct ErrorCode: Hashable, Sendable, Codable, CustomStringConvertible {
    package let text: String
    /// The command's exit status: 1 failed, 2 usage, 3 precondition, 4 cleanup pending, 5 unknown or unreachable.
    package let exitStatus: Int32

    package init(_ text: String, exitStatus: Int32) {
        self.text = text
        self.exitStatus = exitStatus
    }

    package var description: String { text }
}

extension ErrorCode {
    /// A defect or an unexpected failure below: the message carries the cause.
    package static let failed = ErrorCode("failed", exitStatus: 1)
    /// The command line or a document is malformed.
    package static let usage = ErrorCode("usage", exitStatus: 2)
    /// The local daemon does not answer.
    package static let daemonUnreachable = ErrorCode("daemon-unreachable", exitStatus: 5)
    /// The cluster store does not answer.
    package static let storeUnreachable = ErrorCode("store-unreachable", exitStatus: 5)
    /// Another machine's daemon does not answer.
    package static let peerUnreachable = ErrorCode("peer-unreachable", exitStatus: 5)
    /// The machine belongs to no cluster.
    package static let noCluster = ErrorCode("no-cluster", exitStatus: 3)
}
