import Hummingbird
import PloyzMigration
package import PloyzModel
import Synchronization

/// Refuses requests to join that come faster than a person could mean them.
final class JoinLimit: RouterMiddleware {
    typealias Context = BasicRequestContext

    private let clock: any Timekeeper
    private let bucket: Mutex<TokenBucket>

    init(clock: any Timekeeper, capacity: Double, rate: Double) {
        self.clock = clock
        bucket = Mutex(TokenBucket(capacity: capacity, rate: rate, at: clock.now))
    }

    func handle(
        _ request: Request,
        context: BasicRequestContext,
        next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        guard bucket.withLock({ $0.take(at: clock.now) }) else {
            throw PloyzError(
                .joinLimited,
                "too many machines ask to join at once",
                state: "nothing was changed; the token is still good",
                next: "run the command again in a few seconds"
            )
        }
        return try await next(request, context)
    }
}

extension ErrorCode {
    /// More requests to join than the machine answers at a time.
    package static let joinLimited = ErrorCode("join-limited", exitStatus: 3)
}
