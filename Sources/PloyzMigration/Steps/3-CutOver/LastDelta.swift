import PloyzModel

/// The last snapshot of every volume, taken behind the fence, and what changed since the round before, side by side.
///
/// Both must hold before the target may start: the receipt names the GUID of our snapshot, and `written` says that
/// nothing came after it.
///
/// **Left behind on failure**: the snapshot here, and perhaps there. It is a good base for the next try.
extension MigrationRunner {
    mutating func sendLastDelta() async throws {
        guard let armed else { throw PloyzError(.failed, "the cutover was not armed") }
        let began = seams.time.now
        let storage = try seams.storage()
        let sender = try await sender(retries: 0)
        let arrived = entry.arrived
        let tag = HoldTag.operation(record.id)
        let number = entry.round + 1
        let runner = self
        let rounds = try await sideBySide(unit.volumes) { volume -> RoundRecord in
            let start = sender.seams.time.now
            let base = arrived[volume.ref]
            let snapshot = try await sender.seams.local("taking the last snapshot") {
                try await storage.snapshot(volume.ref, name: armed.lastName)
            }
            guard let ticket = armed.tickets[volume.ref] else {
                throw PloyzError(.failed, "there is no ticket for the last round of \(volume.ref)")
            }
            let stream = VolumeStream(
                volume: volume.ref,
                base: base,
                snapshot: snapshot,
                includesIntermediates: false,
                flags: runner.flags(of: volume.ref)
            )
            // Beside the stream, which takes longer. Without the hold a pruner may destroy what the way back starts from.
            // One that fails is no reason to go back: cleanup finds out.
            async let held: Void = sender.seams.local("holding the last snapshot") {
                try await storage.hold(volume.ref, armed.lastName, tag: tag)
            }
            async let written = sender.seams.local("asking what was written") { try await storage.written(volume.ref) }
            let receipt = try await sender.send(stream, with: ticket, round: number, expected: nil)
            let after = try await written
            try? await held
            guard after == .zero || Mutant.isActive(.writtenNotChecked) else {
                throw PloyzError(.writtenAfterFence, "\(after) were written to \(volume.ref) behind its last snapshot")
            }
            return RoundRecord(
                volume: volume.ref,
                number: number,
                base: base,
                snapshot: snapshot,
                bytes: receipt.bytes,
                time: Microseconds(sender.seams.time.now - start),
                isLast: true
            )
        }
        for round in rounds {
            entry.last[round.volume] = round.snapshot
            note(round)
        }
        entry.record.measured.delta = Microseconds(seams.time.now - began)
    }
}
