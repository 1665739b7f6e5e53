import Hummingbird
import Logging
import PloyzMigration
package import PloyzModel
import PloyzTrust
import Synchronization

/// Refuses requests to join that come faster than a person could mean them; a wrong token counts more than one.
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
        let address = context.address
        guard tries.withLock({ $0.take(address, at: clock.now) }) || !Guard.joinRate.isOn else {
            throw PloyzError(
                .joinLimited,
                "too many machines ask to join at once",
                state: "nothing was changed; the token is still good",
                next: "run the command again in a few seconds"
            )
        }
        do {
            return try await next(request, context)
        } catch let error as PloyzError where error.code == .tokenRefused {
            tries.withLock { $0.noteWrong(address, at: clock.now) }
            logger.warning("A token to join was refused", metadata: ["address": "\(address)"])
            throw error
        }
    }
}

extension ErrorCode {
    /// More requests to join than the machine answers at a time.
    package static let joinLimited = ErrorCode("join-limited", exitStatus: 3)
}
