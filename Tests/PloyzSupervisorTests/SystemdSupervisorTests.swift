import Foundation
import PloyzModel
import Synchronization
import Testing

@testable import PloyzSupervisor

@Suite struct SystemdSupervisorTests {
    private func withSystemd(_ body: (FakeSystemd, SystemdSupervisor) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.path + "/ployz-units-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let systemd = FakeSystemd()
        let supervisor = SystemdSupervisor(directory: path, killTimeout: .milliseconds(100)) {
            systemd.run($0, $1)
        }
        try await body(systemd, supervisor)
    }

    private func helper(_ arguments: [String] = ["-f", "wg-ployz"]) throws -> Helper {
        Helper(
            name: try HelperName("wireguard"),
            program: "/usr/bin/wireguard-go",
            arguments: arguments,
            environment: ["B": "2", "A": "ett två"],
            logFile: "/var/lib/ployz/wireguard.log"
        )
    }

    @Test func aHelperIsAUnitOfItsOwn() async throws {
        try await withSystemd { systemd, supervisor in
            let adoption = try await supervisor.ensureRunning(try helper(["-f", "wg$0"]))
            #expect(adoption == .started(pid: 101))
            let words = try #require(systemd.starts.first)
            #expect(words.contains("--unit=ployz-wireguard.service"))
            #expect(words.contains("--property=StandardOutput=append:/var/lib/ployz/wireguard.log"))
            #expect(words.filter { $0.hasPrefix("--setenv=") } == ["--setenv=A=ett två", "--setenv=B=2"])
            // systemd takes `$$` for one dollar.
            #expect(Array(words.suffix(4)) == ["--", "/usr/bin/wireguard-go", "-f", "wg$$0"])
        }
    }

    @Test func aRunningHelperIsAdoptedAndAnotherReplaced() async throws {
        try await withSystemd { systemd, supervisor in
            let (helper, other) = (try helper(), try helper(["other"]))
            _ = try await supervisor.ensureRunning(helper)
            #expect(try await supervisor.ensureRunning(helper) == .adopted(pid: 101))
            #expect(systemd.starts.count == 1)
            #expect(try await supervisor.ensureRunning(other) == .replaced(pid: 102))
            #expect(systemd.signals == ["TERM"])
        }
    }

    @Test func aUnitWithoutARecordIsStoppedNotAdopted() async throws {
        try await withSystemd { systemd, supervisor in
            let helper = try helper()
            systemd.begin()
            #expect(try await supervisor.status(of: helper.name) == .absent)
            #expect(try await supervisor.ensureRunning(helper) == .started(pid: 102))
            #expect(systemd.signals == ["TERM"])
        }
    }

    @Test func aHelperThatEndedIsDeadAndStartsAgain() async throws {
        try await withSystemd { systemd, supervisor in
            let helper = try helper()
            _ = try await supervisor.ensureRunning(helper)
            systemd.end()
            #expect(try await supervisor.status(of: helper.name) == .dead(helper))
            #expect(try await supervisor.ensureRunning(helper) == .started(pid: 102))
        }
    }

    @Test func oneThatDoesNotEndIsKilled() async throws {
        try await withSystemd { systemd, supervisor in
            let helper = try helper()
            systemd.ignored = ["TERM"]
            _ = try await supervisor.ensureRunning(helper)
            try await supervisor.stop(helper.name, grace: .milliseconds(50))
            #expect(systemd.signals == ["TERM", "KILL"])
            #expect(try await supervisor.status(of: helper.name) == .absent)
        }
    }

    @Test func oneThatCannotBeKilledIsAnError() async throws {
        try await withSystemd { systemd, supervisor in
            let helper = try helper()
            systemd.ignored = ["TERM", "KILL"]
            _ = try await supervisor.ensureRunning(helper)
            await #expect(throws: PloyzError.self) {
                try await supervisor.stop(helper.name, grace: .milliseconds(50))
            }
            // Its record stays: it is still ours to stop.
            #expect(try await supervisor.status(of: helper.name) == .running(helper, pid: 101))
        }
    }

    @Test func oneThatEndsAtOnceIsAnError() async throws {
        try await withSystemd { systemd, supervisor in
            systemd.failsAtOnce = true
            let error = await #expect(throws: PloyzError.self) {
                _ = try await supervisor.ensureRunning(try helper())
            }
            #expect(error?.next?.contains("journalctl -u ployz-wireguard.service") == true)
        }
    }
}

/// One unit, as `systemctl` and `systemd-run` show and change it.
private final class FakeSystemd: Sendable {
    private struct State {
        var pid: Int32 = 0
        var next: Int32 = 101
        var starts: [[String]] = []
        var signals: [String] = []
        var ignored: Set<String> = []
        var failsAtOnce = false
    }

    private let state = Mutex(State())

    var starts: [[String]] { state.withLock { $0.starts } }
    var signals: [String] { state.withLock { $0.signals } }
    var ignored: Set<String> {
        get { state.withLock { $0.ignored } }
        set { state.withLock { $0.ignored = newValue } }
    }
    var failsAtOnce: Bool {
        get { state.withLock { $0.failsAtOnce } }
        set { state.withLock { $0.failsAtOnce = newValue } }
    }

    func begin() {
        state.withLock { state in
            state.pid = state.next
            state.next += 1
        }
    }

    func end() { state.withLock { $0.pid = 0 } }

    func run(_ program: String, _ arguments: [String]) -> SystemdSupervisor.Answer {
        state.withLock { state in
            if program == "systemd-run" {
                state.starts.append(arguments)
                if !state.failsAtOnce { state.pid = state.next }
                state.next += 1
                return (0, "", "")
            }
            if arguments.first == "kill" {
                let signal = String(arguments[2].dropFirst("--signal=".count))
                state.signals.append(signal)
                if !state.ignored.contains(signal) { state.pid = 0 }
                return (0, "", "")
            }
            return (0, "ActiveState=\(state.pid == 0 ? "inactive" : "active")\nMainPID=\(state.pid)\n", "")
        }
    }
}
