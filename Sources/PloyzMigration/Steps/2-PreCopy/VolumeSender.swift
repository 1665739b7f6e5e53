import PloyzModel
import Synchronization

/// Sends one stream, and again when it breaks.
struct VolumeSender: Sendable {
    let seams: MachineSeams
    let transfer: any Transfer
    let target: any Peer
    let id: AttemptID
    let unit: MigrationUnit
    let events: EventEmitter
    let stallLimit: Duration
    let retries: Int

    /// Sends `stream` as part of `round` and returns what the target received, verified by GUID, with the bytes of all
    /// tries. Where the target keeps what arrived of a stream that breaks, the next try goes on from there.
    func send(_ stream: VolumeStream, round: Int, expected: ByteCount?) async throws -> TransferReceipt {
        var tries = 0
        var isOther = false
        // Of tries that broke.
        let sent = Mutex(ByteCount.zero)
        var furthest: StreamPosition?
        while true {
            let acknowledged = Mutex(ByteCount.zero)
            do {
                let next = try await ticket(for: stream)
                // A try that has brought the stream on is none too many, however often the link breaks.
                if let now = next.point?.position, furthest.map({ $0 < now }) ?? true {
                    tries = 0
                    furthest = now
                }
                let receipt = try await send(
                    next.stream,
                    with: next.ticket,
                    round: round,
                    expected: next.point?.bytes ?? expected
                ) { bytes in acknowledged.withLock { $0 = bytes } }
                return TransferReceipt(bytes: receipt.bytes + sent.withLock { $0 }, guid: receipt.guid)
            } catch {
                try Task.checkCancellation()
                let lost = acknowledged.withLock { $0 }
                sent.withLock { $0 += lost }
                let cause = PloyzError(wrapping: error)
                guard tries < retries, cause.code != .recordsDiffer else { throw error }
                tries += 1
                let text = "the stream of \(stream.volume) broke, try \(tries) of \(retries): \(cause.message)"
                events.emit(.note(text: text))
                try await seams.time.sleep(for: .milliseconds(250 << min(tries, 5)))
                // Perhaps only the answer was lost. But nothing is taken for this stream once another has arrived.
                isOther = isOther || cause.code == .receiptDiffers
                if !isOther, try await hasArrived(stream) {
                    return TransferReceipt(bytes: expected ?? .zero, guid: stream.snapshot.guid)
                }
            }
        }
    }

    /// The target's permission, and the stream as it is to be sent: from its beginning, or from where it was cut off when
    /// what the target has is of this very stream.
    private func ticket(
        for stream: VolumeStream
    ) async throws -> (ticket: TransferTicket, stream: VolumeStream, point: ResumePoint?) {
        let ticket = try await ask(TicketRequest(id: id, content: .volume(stream)))
        guard let token = ticket.resume else { return (ticket, stream, nil) }
        let storage = try seams.storage()
        let point = try await seams.local("reading a resume token") {
            try await storage.resumePoint(of: token, for: stream.volume)
        }
        if let point, point.fits(stream) {
            let rest = point.bytes.map { ", \($0) are left" } ?? ""
            events.emit(.note(text: "the stream of \(stream.volume) goes on where it was cut off\(rest)"))
            return (ticket, stream.resumed(from: token), point)
        }
        events.emit(
            .note(text: "what the target has of \(stream.volume) is of another stream or of no use: it is thrown away")
        )
        let fresh = try await ask(TicketRequest(id: id, content: .volume(stream), startsAnew: true))
        guard fresh.resume == nil else {
            throw PloyzError(.failed, "the target keeps a part of another stream of \(stream.volume)")
        }
        return (fresh, stream, nil)
    }

    private func ask(_ request: TicketRequest) async throws -> TransferTicket {
        try await seams.time.within(seams.limits.peer, "asking for a ticket") { try await target.ticket(request) }
    }

    /// The same, once, with a ticket that was asked for before.
    func send(
        _ stream: VolumeStream,
        with ticket: TransferTicket,
        round: Int,
        expected: ByteCount?,
        progress: @escaping @Sendable (ByteCount) -> Void = { _ in }
    ) async throws -> TransferReceipt {
        let watch = StallWatch(limit: stallLimit, time: seams.time)
        let report = events.progress(volume: stream.volume, image: nil, round: round, expected: expected)
        let receipt = try await watch.guarding("the stream of \(stream.volume)") { [transfer] in
            try await transfer.send(stream, with: ticket) { acknowledged in
                watch.advanced(to: acknowledged)
                progress(acknowledged)
                report(acknowledged)
            }
        }
        guard receipt.guid == stream.snapshot.guid || Mutant.isActive(.snapshotNotCompared) else {
            throw PloyzError(
                .receiptDiffers,
                "the target received snapshot \(receipt.guid) of \(stream.volume), not \(stream.snapshot.guid)"
            )
        }
        return receipt
    }

    private func hasArrived(_ stream: VolumeStream) async throws -> Bool {
        guard stream.base != nil else {
            // What arrived in full is not seen under the volume's name before it is adopted, and only a whole one can be.
            let request = AdoptRequest(id: id, volume: stream.volume, guid: stream.snapshot.guid)
            do {
                try await seams.time.within(seams.limits.peer, "adopting \(stream.volume)") {
                    try await target.adopt(request)
                }
                return true
            } catch {
                try Task.checkCancellation()
                return false
            }
        }
        let facts = try await seams.time.within(seams.limits.peer, "asking the target") {
            try await target.facts(TargetQuestion(unit: unit))
        }
        let snapshots = facts.volumes.first { $0.volume == stream.volume }?.snapshots ?? []
        return snapshots.contains { $0.guid == stream.snapshot.guid }
    }
}
