import PloyzModel

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

    /// Sends `stream` as part of `round` and returns what the target received, verified by GUID.
    func send(_ stream: VolumeStream, round: Int, expected: ByteCount?) async throws -> TransferReceipt {
        var tries = 0
        while true {
            do {
                let request = TicketRequest(id: id, content: .volume(stream))
                let ticket = try await seams.time.within(seams.limits.peer, "asking for a ticket") {
                    try await target.ticket(request)
                }
                return try await send(stream, with: ticket, round: round, expected: expected)
            } catch {
                try Task.checkCancellation()
                guard tries < retries else { throw error }
                tries += 1
                let cause = PloyzError(wrapping: error).message
                events.emit(.note(text: "the stream of \(stream.volume) broke, try \(tries) of \(retries): \(cause)"))
                try await seams.time.sleep(for: .milliseconds(250 << min(tries, 5)))
                // Perhaps only the answer was lost.
                let isOther = PloyzError(wrapping: error).code == .receiptDiffers
                if !isOther, try await hasArrived(stream) {
                    return TransferReceipt(bytes: expected ?? .zero, guid: stream.snapshot.guid)
                }
            }
        }
    }

    /// The same, once, with a ticket that was asked for before.
    func send(
        _ stream: VolumeStream,
        with ticket: TransferTicket,
        round: Int,
        expected: ByteCount?
    ) async throws -> TransferReceipt {
        let watch = StallWatch(limit: stallLimit, time: seams.time)
        let report = events.progress(volume: stream.volume, image: nil, round: round, expected: expected)
        let receipt = try await watch.guarding("the stream of \(stream.volume)") { [transfer] in
            try await transfer.send(stream, with: ticket) { acknowledged in
                watch.advanced(to: acknowledged)
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
