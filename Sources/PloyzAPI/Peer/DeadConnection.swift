import Foundation
import NIOCore

/// Notices that the other end of a connection is gone although nothing says so: a machine without power, a cut link.
///
/// A call may wait for minutes without a byte, so silence proves nothing; the kernel's own probes do (tcp(7)).
enum DeadConnection {
    /// Probes an idle connection after ten seconds, every five, and gives it up after three; data that was sent is
    /// given up when it is not acknowledged for 25 seconds.
    static func detect(on channel: any Channel) -> EventLoopFuture<Void> {
        let options: [(option: ChannelOptions.Types.SocketOption, value: SocketOptionValue)] = [
            (.init(level: .socket, name: .so_keepalive), 1),
            (.init(level: .tcp, name: NIOBSDSocket.Option(rawValue: TCP_KEEPIDLE)), 10),
            (.init(level: .tcp, name: NIOBSDSocket.Option(rawValue: TCP_KEEPINTVL)), 5),
            (.init(level: .tcp, name: NIOBSDSocket.Option(rawValue: TCP_KEEPCNT)), 3),
            (.init(level: .tcp, name: NIOBSDSocket.Option(rawValue: TCP_USER_TIMEOUT)), 25_000),
        ]
        return EventLoopFuture.andAllSucceed(
            options.map { channel.setOption($0.option, value: $0.value) },
            on: channel.eventLoop
        )
    }
}
