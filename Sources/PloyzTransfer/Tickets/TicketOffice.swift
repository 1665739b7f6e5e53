package import PloyzMigration
import PloyzModel
import Synchronization

/// Gives out tickets for streams to this machine, and takes them when a connection brings one.
package final class TicketOffice: Sendable {
    private let registry = Mutex(TicketRegistry<any StreamSink>())
    private let randomness: @Sendable () -> UInt64
    private let timekeeper: any Timekeeper
    private let host: String
    private let port: Int

    /// How long a ticket waits for its connection.
    package static let lifetime = Duration.seconds(120)

    /// - Parameters:
    ///   - host: the address that other machines reach the listener at.
    ///   - randomness: 64 unpredictable bits a call.
    package init(
        host: String,
        port: Int,
        timekeeper: any Timekeeper,
        randomness: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
    ) {
        self.host = host
        self.port = port
        self.timekeeper = timekeeper
        self.randomness = randomness
    }

    /// A ticket for one stream into `sink`.
    package func issue(for sink: any StreamSink, lifetime: Duration = TicketOffice.lifetime) -> TransferTicket {
        let secret = (0..<StreamHeader.secretLength / 8).flatMap { _ in StreamAnswer.word(randomness()) }
        let now = timekeeper.now
        registry.withLock { $0.issue(sink, secret: secret, expiry: now + lifetime, now: now) }
        return TransferTicket(secret: Hexadecimal.encode(secret), host: host, port: port)
    }

    /// Takes a ticket back that has not been used.
    package func revoke(_ ticket: TransferTicket) {
        guard let secret = Hexadecimal.decode(Array(ticket.secret.utf8)) else { return }
        registry.withLock { $0.revoke(secret) }
    }

    func redeem(_ header: StreamHeader) throws(TicketRegistry<any StreamSink>.Refusal) -> any StreamSink {
        let now = timekeeper.now
        return try registry.withLock { registry throws(TicketRegistry<any StreamSink>.Refusal) in
            try registry.redeem(header.secret, now: now)
        }
    }
}
