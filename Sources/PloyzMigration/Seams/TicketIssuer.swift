/// The receiving end of streams on this machine.
package protocol TicketIssuer: Sendable {
    /// A ticket for exactly this stream. An earlier ticket of the same attempt for the same volume is void.
    func issue(_ request: TicketRequest) async throws -> TransferTicket

    /// Voids every ticket of the attempt and of those before it, ends their streams, and returns when no receiving
    /// process of them is left.
    func revoke(_ id: AttemptID) async throws
}
