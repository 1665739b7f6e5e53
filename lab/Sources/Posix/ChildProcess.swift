private import CLinux
import Glibc

/// A process that this one started.
package struct ChildProcess {
    package let pid: Int32

    /// Where the three standard streams of a child lead.
    package struct Streams: Sendable {
        package var input: Int32
        package var output: Int32
        package var error: Int32

        package init(input: Int32 = 0, output: Int32 = 1, error: Int32 = 2) {
            self.input = input
            self.output = output
            self.error = error
        }
    }

    /// Starts a program found in `PATH`, with default signal actions and no signal blocked. Descriptors above 2 are
    /// closed by their own close-on-exec flags.
    ///
    /// - Parameters:
    ///   - arguments: argv, the program first; not empty.
    ///   - environment: `NAME=value`; nil hands on the caller's.
    ///   - newSession: detach it from the terminal and the caller's process group.
    /// - Throws: `PosixError` when the program cannot be started.
    package static func spawn(
        _ arguments: [String],
        environment: [String]? = nil,
        streams: Streams = Streams(),
        newSession: Bool = false
    ) throws -> ChildProcess {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        clinux_spawn_flags(&attributes, newSession ? 1 : 0)

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (target, source) in [(Int32(0), streams.input), (1, streams.output), (2, streams.error)]
        where source != target {
            posix_spawn_file_actions_adddup2(&actions, source, target)
        }

        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = (environment ?? Environment.current()).map { strdup($0) } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid: Int32 = 0
        let code = posix_spawnp(&pid, arguments[0], &actions, &attributes, &argv, &envp)
        guard code == 0 else { throw PosixError("spawn", code, on: arguments[0]) }
        return ChildProcess(pid: pid)
    }

    /// How it ended, or nil while it runs.
    package func poll() throws -> ExitStatus? {
        var status: Int32 = 0
        while true {
            let result = waitpid(pid, &status, WNOHANG)
            if result < 0 && errno == EINTR { continue }
            try PosixError.check(result, "waitpid", on: "\(pid)")
            return result == 0 ? nil : ExitStatus(waitStatus: status)
        }
    }

    /// Waits for its end; past the deadline it is killed and the wait fails.
    package func wait(until deadline: Deadline, name: String) throws -> ExitStatus {
        var status: ExitStatus?
        do {
            try deadline.wait(for: "\(name) to end", everyMilliseconds: 5) {
                status = try poll()
                return status != nil
            }
        } catch let error as TimedOut {
            kill(pid, SIGKILL)
            _ = waitpid(pid, nil, 0)
            throw error
        }
        guard let status else { throw TimedOut(awaited: "\(name) to end") }
        return status
    }
}
