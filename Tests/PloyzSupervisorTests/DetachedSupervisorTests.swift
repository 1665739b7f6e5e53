import Foundation
import PloyzModel
import Testing

@testable import PloyzSupervisor

@Suite struct DetachedSupervisorTests {
    /// A directory of its own, whose helpers are ended whatever the test does.
    private func withDirectory(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.path + "/ployz-supervisor-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let result: Result<Void, any Error>
        do { result = .success(try await body(path)) } catch { result = .failure(error) }
        for file in try FileManager.default.contentsOfDirectory(atPath: path) where file.hasSuffix(".json") {
            let name = try HelperName(String(file.dropLast(5)))
            try await DetachedSupervisor(directory: path).stop(name, grace: .seconds(1))
        }
        try FileManager.default.removeItem(atPath: path)
        try result.get()
    }

    private func sleeper(_ directory: String, seconds: String = "600", name: String = "sleeper") throws -> Helper {
        Helper(
            name: try HelperName(name),
            program: "/bin/sleep",
            arguments: [seconds],
            directory: directory,
            logFile: directory + "/log with ünicode"
        )
    }

    private func shell(_ directory: String, _ script: String, _ arguments: [String] = []) throws -> Helper {
        Helper(
            name: try HelperName("shell"),
            program: "/bin/sh",
            arguments: ["-c", script, "sh"] + arguments,
            environment: ["GREETING": "hej då"],
            directory: directory,
            logFile: directory + "/log"
        )
    }

    @Test func aSecondDaemonAdoptsARunningHelperUntouched() async throws {
        try await withDirectory { directory in
            let helper = try sleeper(directory)
            let first = try await DetachedSupervisor(directory: directory).ensureRunning(helper)
            guard case .started(let pid) = first else { throw Unexpected(first) }
            let second = try await DetachedSupervisor(directory: directory).ensureRunning(helper)
            #expect(second == .adopted(pid: pid))
        }
    }

    @Test func aHelperWithOtherArgumentsIsReplaced() async throws {
        try await withDirectory { directory in
            let supervisor = DetachedSupervisor(directory: directory)
            let old = try await supervisor.ensureRunning(try sleeper(directory)).pid
            let wanted = try sleeper(directory, seconds: "601")
            let new = try await supervisor.ensureRunning(wanted)
            #expect(new == .replaced(pid: new.pid))
            #expect(new.pid != old)
            #expect(isGone(old))
            #expect(try await supervisor.status(of: wanted.name) == .running(wanted, pid: new.pid))
        }
    }

    @Test func aKilledHelperIsSeenAndStartedAnew() async throws {
        try await withDirectory { directory in
            let supervisor = DetachedSupervisor(directory: directory)
            let helper = try sleeper(directory)
            let old = try await supervisor.ensureRunning(helper).pid
            #expect(kill(old, SIGKILL) == 0)
            let isSeen = await waitUntil(within: .seconds(5), every: .milliseconds(2)) {
                (try? await supervisor.status(of: helper.name)) == .dead(helper)
            }
            #expect(isSeen)
            let new = try await supervisor.ensureRunning(helper)
            #expect(new == .started(pid: new.pid))
        }
    }

    @Test func aHelperIsNobodysChildAndHoldsNothingOfTheDaemon() async throws {
        try await withDirectory { directory in
            // A descriptor that would be inherited: not close-on-exec.
            let leaked = open("/dev/null", O_RDONLY)
            defer { close(leaked) }
            let pid = try await DetachedSupervisor(directory: directory).ensureRunning(try sleeper(directory)).pid
            let stat = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
            let fields = stat[stat.index(after: try #require(stat.lastIndex(of: ")")))...].split(separator: " ")
            #expect(Int32(fields[1]) != getpid(), "it is a child of this process")
            #expect(Int32(fields[3]) != getsid(0), "it is in this session")
            let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")
            #expect(open.sorted() == ["0", "1", "2"])
        }
    }

    @Test func awkwardArgumentsArriveAndTheLogIsAppendedTo() async throws {
        try await withDirectory { directory in
            let supervisor = DetachedSupervisor(directory: directory)
            let script = #"printf '%s|' "$@" "$GREETING" "$PWD"; exec sleep 600"#
            let helper = try shell(directory, script, ["a b", "", "-x", "ü'\"$", "new\nline"])
            _ = try await supervisor.ensureRunning(helper)
            let text = "a b||-x|ü'\"$|new\nline|hej då|\(directory)|"
            #expect(await log(directory, becomes: text))
            try await supervisor.stop(helper.name, grace: .seconds(5))
            _ = try await supervisor.ensureRunning(helper)
            #expect(await log(directory, becomes: text + text))
        }
    }

    @Test func aHelperThatIgnoresTheTermSignalIsKilledAfterItsGrace() async throws {
        try await withDirectory { directory in
            let supervisor = DetachedSupervisor(directory: directory)
            let helper = try shell(directory, "trap '' TERM; echo ready; while :; do sleep 0.05; done")
            let pid = try await supervisor.ensureRunning(helper).pid
            #expect(await log(directory, becomes: "ready\n"))
            try await supervisor.stop(helper.name, grace: .milliseconds(50))
            #expect(try await supervisor.status(of: helper.name) == .absent)
            #expect(isGone(pid))
        }
    }

    @Test func aProgramThatIsNotThereIsAnErrorAndLeavesNothingRunning() async throws {
        try await withDirectory { directory in
            let supervisor = DetachedSupervisor(directory: directory)
            let helper = Helper(
                name: try HelperName("missing"),
                program: directory + "/no such program",
                arguments: [],
                logFile: directory + "/log"
            )
            await #expect(throws: PloyzError.self) { try await supervisor.ensureRunning(helper) }
            #expect(try await supervisor.status(of: helper.name) == .dead(helper))
        }
    }

    @Test func aRecordWithANumberThatIsUsedAgainNeverLeadsToASignal() async throws {
        try await withDirectory { directory in
            let supervisor = DetachedSupervisor(directory: directory)
            let helper = try sleeper(directory)
            let pid = try await supervisor.ensureRunning(helper).pid
            let identity = directory + "/sleeper.pid"
            let right = try String(contentsOfFile: identity, encoding: .utf8)
            try "\(pid) 1\n".write(toFile: identity, atomically: true, encoding: .utf8)
            #expect(try await supervisor.status(of: helper.name) == .dead(helper))
            #expect(try ProcessHandle(ProcessIdentity(pid: pid, startTime: 1)) == nil)
            try right.write(toFile: identity, atomically: true, encoding: .utf8)
            #expect(try await supervisor.status(of: helper.name) == .running(helper, pid: pid))
        }
    }

    @Test func manyCallsAtOnceStartOneProcess() async throws {
        try await withDirectory { directory in
            let supervisor = DetachedSupervisor(directory: directory)
            let helper = try sleeper(directory)
            let pids = try await withThrowingTaskGroup(of: Int32.self) { group in
                for _ in 0..<8 { group.addTask { try await supervisor.ensureRunning(helper).pid } }
                return try await group.reduce(into: Set<Int32>()) { $0.insert($1) }
            }
            #expect(pids.count == 1)
        }
    }

    /// Gone, or a zombie that PID 1 has not collected yet.
    private func isGone(_ pid: Int32) -> Bool {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return true }
        return stat.contains(") Z ")
    }

    private func log(_ directory: String, becomes text: String) async -> Bool {
        await waitUntil(within: .seconds(5), every: .milliseconds(5)) {
            (try? String(contentsOfFile: directory + "/log", encoding: .utf8)) == text
        }
    }

    private struct Unexpected: Error {
        let adoption: Adoption
        init(_ adoption: Adoption) { self.adoption = adoption }
    }
}

@Suite struct InMemorySupervisorTests {
    @Test func itKeepsTheContract() async throws {
        let supervisor = InMemorySupervisor()
        let helper = Helper(name: try HelperName("etcd"), program: "/usr/bin/etcd", arguments: [], logFile: "/dev/null")
        let first = try await supervisor.ensureRunning(helper)
        #expect(first == .started(pid: first.pid))
        #expect(try await supervisor.ensureRunning(helper) == .adopted(pid: first.pid))
        await supervisor.crash(helper.name)
        #expect(try await supervisor.status(of: helper.name) == .dead(helper))
        let second = try await supervisor.ensureRunning(helper)
        #expect(second == .started(pid: second.pid))
        try await supervisor.stop(helper.name, grace: .zero)
        #expect(try await supervisor.status(of: helper.name) == .absent)
    }
}
