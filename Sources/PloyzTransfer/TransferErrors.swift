import PloyzMigration
package import PloyzModel

extension ErrorCode {
    /// The connection was cut, refused, or spoke another protocol.
    package static let transferBroken = ErrorCode("transfer-broken", exitStatus: 1)
    /// The ticket is unknown, used or expired.
    package static let ticketRefused = ErrorCode("ticket-refused", exitStatus: 1)
}

extension PloyzError {
    static func broken(_ what: String, _ peer: String) -> PloyzError {
        PloyzError(
            .transferBroken,
            "the stream to \(peer) broke: \(what)",
            state: "the target keeps nothing of it but whole snapshots",
            next: "repeat the command"
        )
    }

    /// The receiver was content with less than all.
    static func early(_ sent: ByteCount) -> PloyzError {
        PloyzError(
            .transferBroken,
            "the target gave a receipt after \(sent), before the stream's end",
            state: "the target keeps what it received",
            next: "repeat the command"
        )
    }

    static func stalled(after limit: Duration, acknowledged: ByteCount, _ peer: String) -> PloyzError {
        PloyzError(
            .transferStalled,
            "\(peer) acknowledged no byte for \(limit); it had acknowledged \(acknowledged)",
            state: "the target keeps nothing of the stream but whole snapshots",
            next: "see whether the machine is reachable: ployzctl mesh status"
        )
    }
}
