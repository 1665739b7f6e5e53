import Foundation
import PloyzModel
import PloyzSupervisor

/// A HAProxy with a master and workers that outlives the daemon, and is told of changes by reloads that keep its
/// listening sockets.
struct HAProxy: IngressProgram {
    /// How long a load may take.
    private static let loadTime = Duration.seconds(30)

    let program: String
    let directory: IngressDirectory
    let logFile: String
    let supervisor: any Supervisor
    let run: ProgramRun

    private var name: HelperName { get throws { try HelperName("haproxy") } }
    private var log: HelperLog { HelperLog(path: logFile) }

    private var helper: Helper {
        get throws {
            Helper(
                name: try name,
                program: program,
                arguments: ["-W", "-S", "\(directory.master),mode,600,level,admin", "-f", directory.configuration],
                logFile: logFile
            )
        }
    }

    var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    func loaded() async throws -> String? {
        guard case .running = try await supervisor.status(of: try name) else { return nil }
        return await description()
    }

    func check(_ directory: IngressDirectory) async throws -> HAProxyComplaint? {
        let answer = try await run(program, ["-c", "-f", directory.configuration])
        return answer.status == 0 ? nil : HAProxyComplaint(answer.errors).orUnexplained
    }

    func load(_ digest: String) async throws -> HAProxyComplaint? {
        log.limit()
        var read = log.size
        if case .adopted = try await supervisor.ensureRunning(try helper) {
            // The master begins anew in the same process and answers nothing.
            _ = await HAProxySocket(path: directory.master).ask("reload")
        }
        let clock = ContinuousClock()
        let deadline = clock.now + Self.loadTime
        while clock.now < deadline {
            if try await loaded() == digest { return nil }
            let complaint = HAProxyComplaint(log.lines(after: &read))
            if complaint.isAny { return complaint }
            guard case .running = try await supervisor.status(of: try name) else { break }
            try await Task.sleep(for: .milliseconds(25))
        }
        return HAProxyComplaint(log.lines(after: &read)).orUnexplained
    }

    func stop() async throws { try await supervisor.stop(try name, grace: .seconds(5)) }

    func counters() async -> IngressCounters? {
        await HAProxySocket(path: directory.stats).ask("show stat -1 3 -1").map { IngressCounters($0) }
    }

    /// What the worker that answers now was loaded with.
    private func description() async -> String? {
        guard let info = await HAProxySocket(path: directory.stats).ask("show info") else { return nil }
        let prefix = "description: "
        return info.split(separator: "\n").first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }
}
