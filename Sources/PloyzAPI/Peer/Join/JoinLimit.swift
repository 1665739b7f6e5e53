import Hummingbird
import Logging
import PloyzMigration
package import PloyzModel
import PloyzTrust
import Synchronization

/// Refuses requests to join that come faster than a person could mean them, and those of addresses that have shown too
/// many wrong secrets.
final class JoinLimit: RouterMiddleware {
    typealias Context = JoinContext

    private let clock: any Timekeeper
    private let logger: Logger
    private let tries: Mutex<JoinTries>

    init(clock: any Timekeeper, capacity: Double, rate: Double, logger: Logger) {
        self.clock = clock
        self.logger = logger
        tries = Mutex(JoinTries(capacity: capacity, rate: rate, at: clock.now))
    }

    func handle(
        _ request: Request,
        context: JoinContext,
        next: (Request, JoinContext) async throws -> Response
    ) async throws -> Response {
        guard tries.withLock({ $0.take(context.address, at: clock.now) }) else {
            throw PloyzError(
                .joinLimited,
                "too many machines ask to join at once, or this one has shown too many wrong tokens",
                state: "nothing was changed; the token is still good",
                next: "run the command again in a few seconds, after a wrong token in a minute"
            )
        }
        do {
            return try await next(request, context)
        } catch let error as PloyzError where error.code == .tokenRefused {
            let isLast = tries.withLock { $0.noteWrong(context.address, at: clock.now) }
            logger.warning(
                "A token to join was refused",
                metadata: ["address": "\(context.address)", "limited": "\(isLast)"]
            )
            throw error
        }
    }
}

extension ErrorCode {
    /// More requests to join than the machine answers at a time.
    package static let joinLimited = ErrorCode("join-limited", exitStatus: 3)
}
