import Foundation
import PloyzModel

@testable import PloyzOverlay

/// A network namespace that a sleeping process keeps alive; it goes with the process, and the process ends by itself
/// after ten minutes, so that nothing stays behind whatever happens to the test.
final class NetworkHolder: Sendable {
    let pid: Int32
    let network: SandboxNetwork

    /// - Parameter parent: the namespace that the process comes from; nil is the test's own.
    init(inside parent: NetworkHolder? = nil) async throws {
        let enter = parent.map { ["nsenter", "--net=/proc/\($0.pid)/ns/net"] } ?? []
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = enter + ["unshare", "--net", "sleep", "600"]
        process.standardInput = FileHandle.nullDevice
        try process.run()
        pid = process.processIdentifier
        let pid = pid
        let outside = try Self.inode("/proc/\(parent?.pid ?? getpid())/ns/net")
        for _ in 0..<1000 where (try? Self.inode("/proc/\(pid)/ns/net")) == outside || !Self.sleeps(pid) {
            try await Task.sleep(for: .milliseconds(2))
        }
        network = try SandboxNetwork(pid: pid)
    }

    deinit { kill(pid, SIGKILL) }

    /// The last program of the chain runs, so no namespace will change any more.
    private static func sleeps(_ pid: Int32) -> Bool {
        (try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8)) == "sleep\n"
    }

    private static func inode(_ path: String) throws -> UInt {
        var status = stat()
        guard stat(path, &status) == 0 else { throw PloyzError(.overlayFailed, "no \(path)") }
        return status.st_ino
    }
}

/// Runs programs in a namespace, and counts them.
struct NamespaceRunner: InvocationRunner {
    let holder: NetworkHolder
    let log: InvocationLog
    private let system = SystemInvocationRunner()

    init(holder: NetworkHolder, log: InvocationLog = InvocationLog()) {
        self.holder = holder
        self.log = log
    }

    func run(_ invocation: Invocation) async throws -> InvocationResult {
        await log.append(invocation)
        return try await system.run(invocation.inNetwork(of: holder.pid))
    }
}

actor InvocationLog {
    private(set) var invocations: [Invocation] = []
    func append(_ invocation: Invocation) { invocations.append(invocation) }
    func clear() { invocations = [] }
}
