import PloyzAPI
import PloyzModel

/// Reads a migration's events to the last one, across restarts of the daemon: the migration outlives it, so a broken
/// stream is no end.
struct MigrationFollower: Sendable {
    enum News: Sendable {
        case event(MigrationNotice)
        /// The daemon is gone or back, in words.
        case trouble(String)
    }

    /// How often a daemon that does not answer is asked again, and how long apart: for a minute.
    private static let tries = 120
    private static let pause = Duration.milliseconds(500)

    let service: any OperatorService
    let sleep: @Sendable (Duration) async throws -> Void

    /// - Returns: the report in the last event.
    /// - Throws: `outcome-unknown` when the daemon stays away.
    func follow(_ operation: OperationID, _ tell: (News) throws -> Void) async throws -> MigrationReport {
        var last: MigrationNotice?
        var failures = 0
        while true {
            do {
                for try await notice in try await service.watch(operation) {
                    if failures > 0 { try tell(.trouble("the daemon answers again")) }
                    failures = 0
                    guard notice.isNews(after: last) else { continue }
                    last = notice
                    try tell(.event(notice))
                    if let report = notice.report { return report }
                }
            } catch let error as PloyzError where error.code.exitStatus == 5 {
                if failures == 0 { try tell(.trouble("\(error.message); trying again")) }
            }
            // A stream also ends, without an error, when the one who reads it is cancelled.
            try Task.checkCancellation()
            failures += 1
            guard failures <= Self.tries else { throw Self.lost(operation) }
            try await sleep(Self.pause)
        }
    }

    private static func lost(_ operation: OperationID) -> PloyzError {
        PloyzError(
            .outcomeUnknown,
            "the daemon has not answered for a minute",
            state: "the migration \(operation) was running; how it ends is not known here",
            next: "ployzctl migrate watch \(operation)"
        )
    }
}

extension MigrationNotice {
    /// Whether it was not seen before: a stream that is opened again begins with what it has told already.
    fileprivate func isNews(after last: MigrationNotice?) -> Bool {
        guard let last, report == nil else { return true }
        return date > last.date || (date == last.date && number > last.number)
    }
}

extension ErrorCode {
    /// The command could not follow what it started to its end.
    static let outcomeUnknown = ErrorCode("outcome-unknown", exitStatus: 5)
}
