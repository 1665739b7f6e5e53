import Foundation
import PloyzModel
import PloyzSystem

/// Helpers as detached processes, for machines whose PID 1 is not systemd.
///
/// A helper is recognised by process number, start time and boot, all on disk; so a daemon that was killed and started
/// anew finds its helpers and leaves them alone.
package struct DetachedSupervisor: Supervisor {
    private let directory: HelperDirectory
    /// How long a killed process may take to be gone, before that is an error.
    private let killTimeout: Duration
    private let turns = Turns()

    /// - Parameter directory: absolute path; made when it is not there. It must be the machine's own and must not be
    ///   shared by two daemons.
    package init(directory: String, killTimeout: Duration = .seconds(10)) {
        self.directory = HelperDirectory(path: directory)
        self.killTimeout = killTimeout
    }

    package func ensureRunning(_ helper: Helper) async throws -> Adoption {
        try await turns.run {
            guard case .running(let old, let pid) = try current(helper.name) else {
                return .started(pid: try start(helper))
            }
            if old == helper { return .adopted(pid: pid) }
            try await end(helper.name, grace: .seconds(10))
            return .replaced(pid: try start(helper))
        }
    }

    package func stop(_ name: HelperName, grace: Duration) async throws {
        try await turns.run { try await end(name, grace: grace) }
    }

    package func status(of name: HelperName) async throws -> HelperStatus {
        try await turns.run { try current(name) }
    }

    private func current(_ name: HelperName) throws -> HelperStatus {
        guard let record = try directory.record(name) else { return .absent }
        guard record.bootID == Self.bootID, let identity = directory.identity(name), identity.isAlive else {
            return .dead(record.helper)
        }
        return .running(record.helper, pid: identity.pid)
    }

    private func start(_ helper: Helper) throws -> Int32 {
        try directory.write(HelperRecord(helper: helper, bootID: Self.bootID))
        try DetachedProcess.start(helper, identity: directory.identityPath(helper.name))
        guard let identity = directory.identity(helper.name) else {
            throw PloyzError(.helperFailed, "\(helper.name) started and left no process number")
        }
        return identity.pid
    }

    private func end(_ name: HelperName, grace: Duration) async throws {
        if case .running = try current(name), let identity = directory.identity(name),
            let process = try ProcessHandle(identity)
        {
            try process.signal(SIGTERM)
            if await !process.ends(within: grace) {
                try process.signal(SIGKILL)
                guard await process.ends(within: killTimeout) else {
                    throw PloyzError(
                        .helperFailed,
                        "\(name), process \(identity.pid), does not end after SIGKILL",
                        state: "it still runs",
                        next: "look at /proc/\(identity.pid)/stack: it hangs in the kernel"
                    )
                }
            }
        }
        try directory.remove(name)
    }

    /// Differs after each start of the machine.
    private static let bootID: String = {
        let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        return text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
    }()
}
