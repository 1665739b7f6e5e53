import NIOCore
import NIOHTTP1
import NIOSSL
import NIOTLS
import PloyzModel

/// Ends a connection that takes too long for its handshake, its first headers, a body, or an answer; and one whose body
/// has no end. What it ends, and what is no HTTP or TLS, is counted.
///
/// Hummingbird's own idle time begins anew with every piece of a body, so that a byte a minute would last for ever.
final class RequestLimitHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let limits: RequestLimits
    private let refusals: Refusals
    private var isEncrypted: Bool
    private var reading: Scheduled<Void>?
    private var writing: Scheduled<Void>?
    private var received = 0
    /// Whether nothing more is wanted: TLS goes on reading for some seconds after it was told to close.
    private var isOver = false

    init(limits: RequestLimits, isEncrypted: Bool, refusals: Refusals) {
        self.limits = limits
        self.isEncrypted = isEncrypted
        self.refusals = refusals
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if isEncrypted {
            reading = end(context, after: limits.handshake, because: "slow-handshake")
        } else {
            awaitHead(context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { stop() }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted = event as? TLSUserEvent {
            isEncrypted = false
            awaitHead(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func read(context: ChannelHandlerContext) {
        if !isOver { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            received = 0
            reading?.cancel()
            reading = end(context, after: limits.body, because: "slow-body")
        case .body(let piece):
            let isWithin = received <= limits.bodySize
            received += piece.readableBytes
            if received > limits.bodySize, Guard.bodySize.isOn {
                if isWithin { refusals.count("body-size") }
                // One that is only a little too long still reads the answer that says so.
                guard received <= 2 * limits.bodySize else {
                    isOver = true
                    context.close(promise: nil)
                    return
                }
            }
        case .end: reading?.cancel()
        }
        context.fireChannelRead(data)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        writing?.cancel()
        writing = context.channel.isWritable ? nil : end(context, after: limits.stall, because: "slow-reader")
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.headerOverflow: refusals.count("header-size")
        case is HTTPParserError: refusals.count("malformed-request")
        case is NIOSSLError, is BoringSSLError: if isEncrypted { refusals.count("handshake") }
        default: break
        }
        context.fireErrorCaught(error)
    }

    private func awaitHead(_ context: ChannelHandlerContext) {
        reading?.cancel()
        reading = limits.head.map { end(context, after: $0, because: "slow-head") }
    }

    private func end(
        _ context: ChannelHandlerContext,
        after limit: TimeAmount,
        because reason: String
    ) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: limit) { [refusals] in
            guard Guard.requestTime.isOn else { return }
            refusals.count(reason)
            channel.close(promise: nil)
        }
    }

    private func stop() {
        reading?.cancel()
        writing?.cancel()
    }
}

@available(*, unavailable)
extension RequestLimitHandler: Sendable {}
