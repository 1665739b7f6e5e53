package import Logging
package import PloyzMigration
import PloyzModel
import Subprocess
import SystemPackage

/// The one way to run `zfs`: logged, timed, bounded, with the errors of ``ZFSError``.
package struct ZFSCommand: Sendable {
    private let executable: FilePath
    private let timekeeper: any Timekeeper
    private let logger: Logger

    /// How long a call that carries no stream may take. Destroying a large dataset is the slowest of them.
    static let limit = Duration.seconds(120)
    /// zfs-fuse says "busy" for some 200 ms after a mount or an unmount; a retry is over after this.
    static let busyLimit = Duration.seconds(3)
    private static let outputLimit = 16 << 20
    private static let errorLimit = 64 << 10
    /// Where Debian and others put `zfs`. `zfs unmount` of zfs-fuse runs `umount` by its name, so the child needs it too.
    private static let searchPath = ["/usr/sbin", "/sbin", "/usr/local/sbin", "/usr/bin", "/bin", "/usr/local/bin"]

    /// - Throws: ``PloyzError`` `zfs-unavailable` when there is no `zfs` in the usual places.
    package init(timekeeper: any Timekeeper, logger: Logger) throws {
        let candidates = Self.searchPath.map { FilePath($0).appending("zfs") }
        guard let executable = candidates.first(where: Files.isExecutable) else {
            throw PloyzError(
                .zfsUnavailable,
                "there is no zfs command in \(Self.searchPath.joined(separator: ":"))",
                next: "apt-get install zfs-fuse, or zfsutils-linux with a kernel that has ZFS"
            )
        }
        self.executable = executable
        self.timekeeper = timekeeper
        self.logger = logger
    }

    /// Runs a call and returns its standard output.
    ///
    /// - Throws: ``ZFSError``; `CancellationError` when the task is cancelled.
    @discardableResult
    package func run(_ arguments: ZFSArguments) async throws -> String {
        try await withDeadline(arguments) {
            try await execute(
                arguments,
                input: .none,
                output: .string(limit: Self.outputLimit),
                teardown: .seconds(5)
            ).standardOutput
        }
    }

    /// The same, again while ZFS says "busy" (or what `also` names), for at most ``busyLimit``.
    @discardableResult
    package func runWhileBusy(_ arguments: ZFSArguments, also: ZFSComplaint? = nil) async throws -> String {
        let end = timekeeper.now + Self.busyLimit
        var pause = Duration.milliseconds(10)
        while true {
            do {
                return try await run(arguments)
            } catch let error as ZFSError
                where [.busy, also].contains(error.complaint) && timekeeper.now < end
            {
                try await timekeeper.sleep(for: pause)
                pause = min(pause * 2, .milliseconds(200))
            }
        }
    }

    /// Writes a stream into `descriptor`. The child keeps `lock` as its standard input, which `zfs send` never reads:
    /// whoever can take the lock knows that no child of an earlier daemon is left.
    func send(_ arguments: ZFSArguments, to descriptor: FileDescriptor, lock: borrowing DatasetLock) async throws {
        _ = try await execute(
            arguments,
            input: .fileDescriptor(lock.descriptor, closeAfterSpawningProcess: false),
            output: .fileDescriptor(descriptor, closeAfterSpawningProcess: false),
            teardown: .seconds(2)
        )
    }

    /// Reads a stream from `descriptor`. The child keeps `lock` as its standard output, to which `zfs receive` without
    /// `-v` never writes.
    ///
    /// When the task is cancelled the child is given time to end by itself: what ends a receive in good order is the
    /// end of its stream. That matters with zfs-fuse, whose *daemon* reads the descriptor (the command passes it on):
    /// a killed command stops nothing there.
    func receive(_ arguments: ZFSArguments, from descriptor: FileDescriptor, lock: borrowing DatasetLock) async throws {
        _ = try await execute(
            arguments,
            input: .fileDescriptor(descriptor, closeAfterSpawningProcess: false),
            output: .fileDescriptor(lock.descriptor, closeAfterSpawningProcess: false),
            teardown: .seconds(5)
        )
    }

    /// `zpool` lies beside `zfs`.
    private func path(of program: ZFSArguments.Program) -> FilePath {
        switch program {
        case .zfs: executable
        case .zpool: executable.removingLastComponent().appending("zpool")
        }
    }

    private func withDeadline(
        _ arguments: ZFSArguments,
        _ body: @escaping @Sendable () async throws -> String
    ) async throws -> String {
        try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await timekeeper.sleep(for: Self.limit)
                return nil
            }
            defer { group.cancelAll() }
            guard let output = try await group.next() ?? nil else {
                throw ZFSError(arguments, ending: .overdue, standardError: "no answer in \(Self.limit)")
            }
            return output
        }
    }

    private func execute<Input: InputProtocol, Output: OutputProtocol>(
        _ arguments: ZFSArguments,
        input: Input,
        output: Output,
        teardown: Duration
    ) async throws -> ExecutionResult<Void, Output, StringOutput<UTF8>> {
        var options = PlatformOptions()
        // A session of its own: a signal to the daemon's group must not cut a receive in half.
        options.createSession = true
        options.teardownSequence = [.send(signal: .terminate, allowedDurationToNextStep: teardown)]
        let start = timekeeper.now
        let result: ExecutionResult<Void, Output, StringOutput<UTF8>>
        do {
            result = try await Subprocess.run(
                .path(path(of: arguments.program)),
                arguments: Arguments(arguments.words),
                environment: .custom(["LC_ALL": "C", "PATH": Self.searchPath.joined(separator: ":")]),
                platformOptions: options,
                input: input,
                output: output,
                error: .string(limit: Self.errorLimit)
            )
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            let ending: ZFSError.Ending = error.code == .outputLimitExceeded ? .tooMuchOutput : .notStarted
            throw ZFSError(arguments, ending: ending, standardError: "\(error)")
        }
        logger.debug(
            "zfs ran",
            metadata: [
                "zfs.program": "\(arguments.program.rawValue)",
                "zfs.arguments": "\(arguments.words.joined(separator: " "))",
                "zfs.status": "\(result.terminationStatus)",
                "zfs.microseconds": "\(Microseconds(timekeeper.now - start).count)",
            ]
        )
        switch result.terminationStatus {
        case .exited(0): return result
        case .exited(let status):
            try Task.checkCancellation()
            throw ZFSError(arguments, ending: .exited(status), standardError: result.standardError)
        case .signaled(let signal):
            try Task.checkCancellation()
            throw ZFSError(arguments, ending: .signalled(signal), standardError: result.standardError)
        }
    }
}
