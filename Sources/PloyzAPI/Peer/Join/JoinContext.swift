import Hummingbird

/// The context of a request to join: who asks, as far as that is known.
struct JoinContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let address: PeerAddress

    init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        address = PeerAddress(source.channel.remoteAddress, byPrefix: RequestLimits.join.countsByPrefix)
    }
}
