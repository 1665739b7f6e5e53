import Glibc
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import PloyzModel
import Synchronization

/// Keeps every connection of a server within its ``RequestLimits``: one too many is reset before a byte of it is read.
struct LimitedChannel<Base: ServerChildChannel>: ServerChildChannel {
    private let base: Base
    private let limits: RequestLimits
    private let isEncrypted: Bool
    private let gate: ConnectionGate
    private let refusals: Refusals

    init(_ base: Base, limits: RequestLimits, isEncrypted: Bool, refusals: Refusals) {
        self.base = base
        self.limits = limits
        self.isEncrypted = isEncrypted
        self.refusals = refusals
        gate = ConnectionGate(limits: limits)
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        let address = PeerAddress(channel.remoteAddress, byPrefix: limits.countsByPrefix)
        do throws(ConnectionBounds<PeerAddress>.Refusal) {
            try gate.open(address)
        } catch {
            refusals.count(error.rawValue)
            Self.reset(channel)
            return channel.eventLoop.makeFailedFuture(error)
        }
        channel.closeFuture.whenComplete { [gate] _ in gate.close(address) }
        return base.setup(channel: channel, logger: logger).flatMapThrowing { value in
            // Where headers and pieces of the body are known as such.
            let operations = channel.pipeline.syncOperations
            let decoder = try operations.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            let handler = RequestLimitHandler(limits: limits, isEncrypted: isEncrypted, refusals: refusals)
            try operations.addHandler(handler, position: .after(decoder))
            return value
        }
    }

    func handle(value: Base.Value, logger: Logger) async { await base.handle(value: value, logger: logger) }

    /// No trace of the connection stays in the kernel, as one would for a minute after an orderly end.
    private static func reset(_ channel: any Channel) {
        (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in
            channel.close(promise: nil)
        }
    }
}

extension HTTPServerBuilder {
    /// A server whose connections stay within limits.
    ///
    /// - Parameter tls: nil for a Unix socket.
    static func limited(_ limits: RequestLimits, tls: TLSConfiguration? = nil, refusals: Refusals) -> HTTPServerBuilder
    {
        HTTPServerBuilder { responder in
            let configuration = HTTP1Channel.Configuration(
                idleTimeout: limits.idle,
                httpDecoderConfiguration: limits.headers
            )
            let http = HTTP1Channel(responder: responder, configuration: configuration)
            guard let tls else {
                return LimitedChannel(http, limits: limits, isEncrypted: false, refusals: refusals)
            }
            let secured = try TLSChannel(http, tlsConfiguration: tls)
            return LimitedChannel(secured, limits: limits, isEncrypted: true, refusals: refusals)
        }
    }
}

/// The connections that a server has open. They come and go on any thread.
private final class ConnectionGate: Sendable {
    private let bounds: Mutex<ConnectionBounds<PeerAddress>>

    init(limits: RequestLimits) {
        bounds = Mutex(ConnectionBounds(perAddress: limits.perAddress, total: limits.total))
    }

    func open(_ address: PeerAddress) throws(ConnectionBounds<PeerAddress>.Refusal) {
        try bounds.withLock { bounds throws(ConnectionBounds<PeerAddress>.Refusal) in try bounds.open(address) }
    }

    func close(_ address: PeerAddress) { bounds.withLock { $0.close(address) } }
}
