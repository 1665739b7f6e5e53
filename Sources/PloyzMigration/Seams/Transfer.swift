package import PloyzModel

/// The bulk stream from this machine to another: raw `zfs send` bytes over the overlay, one ticket for each stream.
package protocol Transfer: Sendable {
    /// Sends one snapshot of a volume with the target's ticket and returns what the target has received.
    ///
    /// `progress` is called with the bytes that the receiver has acknowledged so far. Cancelling the task ends both
    /// processes. Throws `transfer-stalled` when no byte was acknowledged for the ticket's stall limit.
    func send(
        _ stream: VolumeStream,
        with ticket: TransferTicket,
        progress: @Sendable @escaping (ByteCount) -> Void
    ) async throws -> TransferReceipt

    /// Connects to the target with a ticket whose stream comes later: the last round then waits for no handshake. A
    /// connection that breaks meanwhile is made again by ``send(_:with:progress:)``.
    func open(_ ticket: TransferTicket) async throws

    /// Gives up a connection that was opened and will not be used. May be repeated.
    func close(_ ticket: TransferTicket)

    /// Sends an image to the target, which verifies that it has the same ID.
    func sendImage(
        _ imageID: String,
        with ticket: TransferTicket,
        progress: @Sendable @escaping (ByteCount) -> Void
    ) async throws -> TransferReceipt
}

extension Transfer {
    package func open(_ ticket: TransferTicket) async throws {}
    package func close(_ ticket: TransferTicket) {}
}

/// What one stream carries.
///
/// A ticket for the last round is asked for before its snapshot is taken, so that the downtime does not wait for it:
/// in such a request ``snapshot`` has its name, and 0 as GUID and creation. The owner compares the receipt's GUID.
package struct VolumeStream: Hashable, Sendable, Codable {
    package let volume: VolumeRef
    /// nil for a full stream.
    package let base: VolumeSnapshot?
    package let snapshot: VolumeSnapshot
    /// Whether snapshots between base and snapshot are sent too (`zfs send -I`).
    package let includesIntermediates: Bool
    /// Those of the volume's lineage; absent in requests of earlier versions, which have none.
    private let lineage: [StreamFlag]?
    /// Where the stream goes on instead of beginning; only on the sending machine, after it was compared.
    package let resume: ResumeToken?

    package var flags: [StreamFlag] { lineage ?? [] }

    package init(
        volume: VolumeRef,
        base: VolumeSnapshot?,
        snapshot: VolumeSnapshot,
        includesIntermediates: Bool,
        flags: [StreamFlag] = [],
        resume: ResumeToken? = nil
    ) {
        self.volume = volume
        self.base = base
        self.snapshot = snapshot
        self.includesIntermediates = includesIntermediates
        lineage = flags
        self.resume = resume
    }

    /// The same stream from where it was cut off.
    package func resumed(from token: ResumeToken) -> VolumeStream {
        VolumeStream(
            volume: volume,
            base: base,
            snapshot: snapshot,
            includesIntermediates: includesIntermediates,
            flags: flags,
            resume: token
        )
    }
}

/// The target's permission for one stream: one use, one volume, one round; it expires.
package struct TransferTicket: Hashable, Sendable, Codable {
    /// 32 random bytes in hexadecimal.
    package let secret: String
    /// Where the target listens: an IPv6 address and a port.
    package let host: String
    package let port: Int
    /// Set when the target has part of the stream: the stream goes on there, or a ticket is asked for that begins anew.
    package var resume: ResumeToken?

    package init(secret: String, host: String, port: Int, resume: ResumeToken? = nil) {
        self.secret = secret
        self.host = host
        self.port = port
        self.resume = resume
    }
}

/// What the target says at the end of a stream.
package struct TransferReceipt: Hashable, Sendable, Codable {
    package let bytes: ByteCount
    /// GUID of the received snapshot; 0 for an image.
    package let guid: UInt64

    package init(bytes: ByteCount, guid: UInt64) {
        self.bytes = bytes
        self.guid = guid
    }
}
