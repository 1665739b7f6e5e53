import NIOCore
import NIOSSL
package import PloyzModel
import Synchronization

/// The open connections of other machines, by the machine that their certificate names: to be closed when it is removed.
package final class PeerConnections: Sendable {
    private let open = Mutex<[MachineID: [ObjectIdentifier: any Channel]]>([:])

    package init() {}

    /// Keeps a connection for as long as it is open.
    func note(_ channel: any Channel, of machine: MachineID) {
        let id = ObjectIdentifier(channel)
        let isNew = open.withLock { open in open[machine, default: [:]].updateValue(channel, forKey: id) == nil }
        guard isNew else { return }
        channel.closeFuture.whenComplete { _ in
            self.open.withLock { open in
                open[machine]?[id] = nil
                if open[machine]?.isEmpty == true { open[machine] = nil }
            }
        }
    }

    /// The machines that have connections here.
    package var machines: Set<MachineID> { open.withLock { Set($0.keys) } }

    /// Closes the machine's connections, whatever goes over them, and returns how many there were.
    @discardableResult
    package func close(of machine: MachineID) -> Int {
        let channels = open.withLock { $0[machine].map { Array($0.values) } ?? [] }
        for channel in channels { Self.cut(channel) }
        return channels.count
    }

    /// Closes the socket itself: in good order TLS would wait for a last word of the other end, which need not say it.
    private static func cut(_ channel: any Channel) {
        channel.eventLoop.execute {
            guard
                let context = try? channel.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
            else { return channel.close(mode: .all, promise: nil) }
            context.close(mode: .all, promise: nil)
        }
    }
}
