package import PloyzModel

/// Keeps helpers running that must outlive the daemon.
///
/// Contract: a helper is never a child of the daemon, shares no session or descriptor with it, and is not disturbed when
/// the daemon dies in whatever way. All calls may be repeated. A supervisor acts only on processes that it started and
/// still recognises; it never ends one by its name.
///
/// Two forms exist: a detached process with a record on disk, and an in-memory one for tests. Where PID 1 is systemd,
/// a unit for each helper has the same contract.
package protocol Supervisor: Sendable {
    /// Makes sure that exactly this helper runs: one that does is adopted untouched; one of the same name that differs
    /// is stopped first; a missing or dead one is started. Returns when the program has been started, which is not
    /// when it is ready to serve.
    func ensureRunning(_ helper: Helper) async throws -> Adoption

    /// Ends the helper: SIGTERM, `grace`, SIGKILL. Returns when its process is gone. One that does not run is fine.
    func stop(_ name: HelperName, grace: Duration) async throws

    func status(of name: HelperName) async throws -> HelperStatus
}

/// What ``Supervisor/ensureRunning(_:)`` found and did.
package enum Adoption: Hashable, Sendable {
    /// It ran already and was not touched.
    case adopted(pid: Int32)
    /// It was not running.
    case started(pid: Int32)
    /// It ran with other arguments, environment, directory or log file, and was stopped first.
    case replaced(pid: Int32)

    package var pid: Int32 {
        switch self {
        case .adopted(let pid), .started(let pid), .replaced(let pid): pid
        }
    }
}

package enum HelperStatus: Hashable, Sendable {
    /// What it was started from, and its process.
    case running(Helper, pid: Int32)
    /// It was started and has ended by itself, or with the machine.
    case dead(Helper)
    /// No helper of that name was started, or it was stopped.
    case absent
}

extension ErrorCode {
    /// A helper program could not be started or stopped.
    package static let helperFailed = ErrorCode("helper-failed", exitStatus: 1)
}
