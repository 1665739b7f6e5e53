import Foundation
import PloyzModel
import PloyzSystem

/// Helpers as transient units of systemd, `ployz-<name>.service`, for machines where it is PID 1.
///
/// The record of what a helper was started from lies on disk, and whether it runs is systemd's to say. A unit that was
/// started from an older record is never taken for one of a newer: it is stopped before the newer is written.
package struct SystemdSupervisor: Supervisor {
    /// A program's exit status and what it wrote to standard output and standard error.
    package typealias Answer = (status: Int32, output: String, errors: String)
    package typealias Run = @Sendable (_ program: String, _ arguments: [String]) async throws -> Answer

    private let directory: HelperDirectory
    private let run: Run
    private let killTimeout: Duration
    private let turns = Turns()

    /// Whether PID 1 is systemd (sd_booted(3)).
    package static var isHere: Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: "/run/systemd/system", isDirectory: &isDirectory)
            && isDirectory.boolValue
    }

    /// - Parameters:
    ///   - directory: absolute path; made when it is not there. No two daemons may share it.
    ///   - run: runs a program to its end.
    package init(directory: String, killTimeout: Duration = .seconds(10), run: @escaping Run) {
        self.directory = HelperDirectory(path: directory)
        self.killTimeout = killTimeout
        self.run = run
    }

    package func ensureRunning(_ helper: Helper) async throws -> Adoption {
        try await turns.run {
            guard case .running(let old, let pid) = try await current(helper.name) else {
                return .started(pid: try await start(helper))
            }
            if old == helper { return .adopted(pid: pid) }
            try await end(helper.name, grace: .seconds(10))
            return .replaced(pid: try await start(helper))
        }
    }

    package func stop(_ name: HelperName, grace: Duration) async throws {
        try await turns.run {
            try await end(name, grace: grace)
            try directory.remove(name)
        }
    }

    package func status(of name: HelperName) async throws -> HelperStatus {
        try await turns.run { try await current(name) }
    }

    private static func unit(_ name: HelperName) -> String { "ployz-\(name).service" }

    private func current(_ name: HelperName) async throws -> HelperStatus {
        guard let record = try directory.record(name) else { return .absent }
        guard let pid = try await processID(name) else { return .dead(record.helper) }
        return .running(record.helper, pid: pid)
    }

    /// The main process of the unit; nil when it does not run.
    private func processID(_ name: HelperName) async throws -> Int32? {
        let answer = try await systemctl(["show", "--property=ActiveState,MainPID", Self.unit(name)])
        var properties: [Substring: Substring] = [:]
        for line in answer.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { properties[parts[0]] = parts[1] }
        }
        guard let state = properties["ActiveState"], let pid = properties["MainPID"].flatMap({ Int32($0) }) else {
            throw PloyzError(.helperFailed, "systemctl show says nothing of \(Self.unit(name))")
        }
        return ["active", "activating", "deactivating", "reloading"].contains(state) && pid > 0 ? pid : nil
    }

    private func start(_ helper: Helper) async throws -> Int32 {
        // One that failed, or that runs without a record of ours, has the name.
        try await end(helper.name, grace: .seconds(10))
        try directory.write(HelperRecord(helper: helper, bootID: ""))
        var arguments = [
            "--quiet", "--collect", "--unit=\(Self.unit(helper.name))", "--description=Ployz: \(helper.name)",
            "--property=Type=exec", "--property=WorkingDirectory=\(helper.directory)", "--property=UMask=0027",
            "--property=StandardOutput=append:\(helper.logFile)", "--property=StandardError=append:\(helper.logFile)",
        ]
        arguments += helper.environment.sorted { $0.key < $1.key }.map { "--setenv=\($0.key)=\($0.value)" }
        // systemd replaces `$NAME` when it runs a command, and takes `$$` for a dollar (systemd.service(5)).
        arguments += ["--", helper.program] + helper.arguments.map { $0.replacing("$", with: "$$") }
        let answer = try await run("systemd-run", arguments)
        guard answer.status == 0 else { throw Self.failure("start \(helper.name)", answer) }
        guard let pid = try await processID(helper.name) else {
            throw PloyzError(
                .helperFailed,
                "\(helper.name) ended as soon as it was started",
                state: "it does not run",
                next: "journalctl -u \(Self.unit(helper.name)), and \(helper.logFile)"
            )
        }
        return pid
    }

    /// Returns when the unit's process is gone.
    private func end(_ name: HelperName, grace: Duration) async throws {
        guard try await processID(name) != nil else { return }
        for (signal, limit) in [("TERM", grace), ("KILL", killTimeout)] {
            _ = try await run("systemctl", ["kill", "--kill-who=all", "--signal=\(signal)", Self.unit(name)])
            let clock = ContinuousClock()
            let deadline = clock.now.advanced(by: limit)
            repeat {
                if try await processID(name) == nil { return }
                try await Task.sleep(for: .milliseconds(20))
            } while clock.now < deadline
        }
        throw PloyzError(
            .helperFailed,
            "\(name) does not end after SIGKILL",
            state: "it still runs",
            next: "systemctl status \(Self.unit(name))"
        )
    }

    private func systemctl(_ arguments: [String]) async throws -> String {
        let answer = try await run("systemctl", arguments)
        guard answer.status == 0 else { throw Self.failure("ask systemd for its units", answer) }
        return answer.output
    }

    private static func failure(_ what: String, _ answer: Answer) -> PloyzError {
        let line = answer.errors.split(separator: "\n").first.map { String($0) } ?? "exit status \(answer.status)"
        return PloyzError(.helperFailed, "cannot \(what): \(line)", next: "systemctl status")
    }
}
