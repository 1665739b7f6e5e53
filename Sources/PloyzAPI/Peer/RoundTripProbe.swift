import NIOCore
import NIOPosix
package import PloyzModel

/// Measures how long a packet takes to another machine and back: the time in which its kernel answers a new connection
/// to the daemon's port. Nothing is said over it.
package enum RoundTripProbe {
    /// The least of so many.
    private static let tries = 3

    /// nil when the machine does not answer within `limit` to one of them.
    package static func measure(_ target: PeerTarget, within limit: Duration) async -> Microseconds? {
        var least: Duration?
        for _ in 0..<tries {
            guard let time = await connect(target, within: limit) else { return least.map { Microseconds($0) } }
            least = min(least ?? time, time)
        }
        return least.map { Microseconds($0) }
    }

    private static func connect(_ target: PeerTarget, within limit: Duration) async -> Duration? {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(limit))
        let start = ContinuousClock.now
        guard let channel = try? await bootstrap.connect(host: target.address, port: target.port).get() else {
            return nil
        }
        let time = start.duration(to: .now)
        channel.close(promise: nil)
        return time
    }
}
