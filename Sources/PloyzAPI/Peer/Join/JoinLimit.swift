import Hummingbird
import PloyzMigration
package import PloyzModel
import Synchronization

/// Refuses requests to join that come from one address faster than a person could mean them.
final class JoinLimit: RouterMiddleware {
    typealias Context = JoinContext

    /// Addresses whose rate is known; when there are more, all begin anew.
    static let addresses = 1024

    private let clock: any Timekeeper
    private let fresh: TokenBucket
    private let buckets = Mutex<[PeerAddress: TokenBucket]>([:])

    init(clock: any Timekeeper, capacity: Double, rate: Double) {
        self.clock = clock
        fresh = TokenBucket(capacity: capacity, rate: rate, at: clock.now)
    }

    func handle(
        _ request: Request,
        context: JoinContext,
        next: (Request, JoinContext) async throws -> Response
    ) async throws -> Response {
        guard take(context.address) || !Guard.joinRate.isOn else {
            throw PloyzError(
                .joinLimited,
                "too many machines ask to join at once",
                state: "nothing was changed; the token is still good",
                next: "run the command again in a few seconds"
            )
        }
        return try await next(request, context)
    }

    private func take(_ address: PeerAddress) -> Bool {
        buckets.withLock { buckets in
            if buckets[address] == nil, buckets.count >= Self.addresses { buckets = [:] }
            return buckets[address, default: fresh].take(at: clock.now)
        }
    }
}

extension ErrorCode {
    /// More requests to join than the machine answers at a time.
    package static let joinLimited = ErrorCode("join-limited", exitStatus: 3)
}
