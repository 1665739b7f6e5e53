import ArgumentParser
import PloyzAPI
import PloyzMigration
import PloyzModel
import Synchronization

/// Follows migrations from their order to their report. Leaving it, by Ctrl-C or otherwise, never touches them.
struct MigrationSession: Sendable {
    let service: any OperatorService
    let console: Console
    let context: CommandContext

    /// Gives the order and follows each migration that it started, in turn.
    ///
    /// - Throws: the exit status that the first migration which did not succeed asks for.
    func run(detach: Bool, _ order: @escaping @Sendable () async throws -> [MigrationStart]) async throws {
        let current = Mutex<OperationID?>(nil)
        try await Interruption.watched(context) {
            var statuses: [Int32] = []
            for start in try await order() {
                guard !detach, let operation = start.operation else { continue }
                current.withLock { $0 = operation }
                statuses.append(try await follow(operation))
            }
            if let status = statuses.first(where: { $0 != 0 }) { throw ExitCode(status) }
        } message: {
            Self.interrupted(current.withLock { $0 })
        }
    }

    /// Follows a migration that was started before.
    func watch(_ operation: OperationID) async throws {
        try await Interruption.watched(context) {
            let status = try await follow(operation)
            if status != 0 { throw ExitCode(status) }
        } message: {
            Self.interrupted(operation)
        }
    }

    /// Shows the events until the last and then the report.
    ///
    /// - Returns: the exit status.
    private func follow(_ operation: OperationID) async throws -> Int32 {
        var display = console.progress
        let report = try await MigrationFollower(service: service, sleep: context.sleep).follow(operation) { news in
            switch news {
            case .event(let notice):
                if console.format == .json {
                    try console.event(notice)
                } else {
                    console.write(display.show(notice))
                }
            case .trouble(let text): console.note(text)
            }
        }
        console.write(display.end())
        if console.format == .people { console.write("\n") }
        if console.format != .json { try console.show(report) }
        if let error = report.error { console.report(error.error) }
        return report.exitStatus
    }

    private static func interrupted(_ operation: OperationID?) -> PloyzError {
        guard let operation else {
            return PloyzError(
                .leftRunning,
                "interrupted before the daemon had answered",
                state: "the order may have been taken; if so it goes on",
                next: "ployzctl migrate ls"
            )
        }
        return PloyzError(
            .leftRunning,
            "interrupted",
            state: "the migration \(operation) goes on without this command",
            next: "ployzctl migrate watch \(operation)"
        )
    }
}

extension ErrorCode {
    /// The user pressed Ctrl-C; what was ordered goes on.
    static let leftRunning = ErrorCode("left-running", exitStatus: 130)
}
