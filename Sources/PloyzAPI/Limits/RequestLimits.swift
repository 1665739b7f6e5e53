import HummingbirdCore
import NIOCore
import PloyzModel

/// What a connection to one of the daemon's servers may take: time, bytes, and a place among the others.
struct RequestLimits: Sendable {
    /// Connections of one address.
    var perAddress: Int
    /// Connections of all addresses.
    var total: Int
    /// Whether an IPv6 address stands for its /64: on a network a stranger has as many as it likes.
    var countsByPrefix = false
    /// Until the handshake is done.
    var handshake = TimeAmount.seconds(10)
    /// Until the first request's headers are there, after the handshake; nil leaves that to ``idle``.
    var head: TimeAmount?
    /// Until a request's body is there, after its headers.
    var body = TimeAmount.seconds(30)
    /// How long the other side may take nothing of an answer that waits for it.
    var stall = TimeAmount.seconds(60)
    /// How long a connection may stay without a request, and later requests without all their headers.
    var idle: TimeAmount
    /// The most bytes of a body.
    var bodySize: Int

    /// Join: strangers by definition.
    static let join = RequestLimits(
        perAddress: 8,
        total: 128,
        countsByPrefix: true,
        head: .seconds(10),
        body: .seconds(10),
        idle: .seconds(15),
        bodySize: 16 << 10
    )
    /// Daemons: two hundred machines with several connections each. Idle above the client's own limit.
    static let peers = RequestLimits(
        perAddress: 128,
        total: 2048,
        idle: .seconds(120),
        bodySize: Request.maximumBody
    )
    /// Operators: whoever may open the socket.
    static let operators = RequestLimits(
        perAddress: 256,
        total: 256,
        head: .seconds(30),
        idle: .seconds(120),
        bodySize: Request.maximumBody
    )

    /// A call has a handful of short headers.
    var headers: HTTP1Channel.Configuration.DecoderConfiguration {
        guard Guard.headerSize.isOn else {
            return .init(maxHeaderFieldSize: .max, maxHeaderListSize: .max, maxHeaderFieldCount: .max)
        }
        return .init(maxHeaderFieldSize: 8 << 10, maxHeaderListSize: 16 << 10, maxHeaderFieldCount: 64)
    }
}
