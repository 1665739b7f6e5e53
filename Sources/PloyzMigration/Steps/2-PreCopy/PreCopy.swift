import PloyzModel

/// Rounds of snapshots and streams while the workload runs, until the last delta is small or stops shrinking.
///
/// **Left behind on failure**: own snapshots on both sides. They stay: the newest that both have is the base of the next
/// try. What was in flight is gone.
extension MigrationRunner {
    mutating func preCopy() async throws {
        let storage = try seams.storage()
        let history = MigrationHistory([], service: record.service, from: record.from.id, to: record.to.id)
        let policy = PreCopyPolicy(maxRounds: max(1, record.request.maxRounds), throughput: history.throughput.bytes)
        var rounds: [PreCopyPolicy.Round] = []
        while true {
            entry.round += 1
            let number = entry.round
            let name = try entry.snapshotName(round: String(number))
            let began = seams.time.now
            let snapshots = try await takeHeldSnapshots(name)
            let sent = try await send(snapshots, round: number)
            let time = seams.time.now - began
            let written = try await sideBySide(unit.volumes) { [seams] volume in
                try await seams.local("asking what was written") { try await storage.written(volume.ref) }
            }
            rounds.append(
                PreCopyPolicy.Round(
                    bytes: sent.reduce(.zero) { $0 + $1.bytes },
                    time: Microseconds(time),
                    age: Microseconds(seams.time.now - began),
                    written: written.reduce(.zero, +),
                    isFull: sent.contains { $0.base == nil }
                )
            )
            if let failure = await save() { throw failure }
            await publish()
            if case .cutOver(let expected) = policy.verdict(after: rounds) {
                try predict(expected, rate: policy.rate(rounds))
                return
            }
        }
    }

    /// Sends each volume up to its new snapshot, all of them side by side.
    private mutating func send(_ snapshots: [VolumeSnapshot], round: Int) async throws -> [RoundRecord] {
        let sender = try await sender(retries: record.request.streamRetries)
        let storage = try seams.storage()
        let plans = record.plan.volumes
        let flags = record.plan.volumes.reduce(into: [:]) { $0[$1.volume] = $1.flags ?? [] }
        let arrived = entry.arrived
        let held = Set(entry.holds)
        let jobs = zip(unit.volumes, snapshots).map { (volume: $0.0.ref, snapshot: $0.1) }
        let records = try await sideBySide(jobs) { job -> [RoundRecord] in
            let plan = plans.first { $0.volume == job.volume }
            var base = arrived[job.volume]
            // Bases of previous copies elsewhere go first, each as a stream of its own: what lies between them and is
            // not ours stays here.
            let carried = (plan?.carried ?? []).filter { snapshot in
                held.contains(OwnerEntry.Hold(volume: job.volume, snapshot: snapshot.name))
                    && base.map { snapshot.creation > $0.creation } ?? true
            }
            var sent: [RoundRecord] = []
            for snapshot in (round == 1 ? carried : []) + [job.snapshot] {
                let stream = VolumeStream(
                    volume: job.volume,
                    base: base,
                    snapshot: snapshot,
                    includesIntermediates: false,
                    flags: flags[job.volume] ?? []
                )
                let began = sender.seams.time.now
                let estimate = try await sender.seams.local("estimating a stream") { [base] in
                    try await storage.estimate(job.volume, from: base, to: snapshot, flags: stream.flags)
                }
                let receipt = try await sender.send(stream, round: round, expected: estimate.bytes)
                if base == nil {
                    let request = AdoptRequest(id: sender.id, volume: job.volume, guid: snapshot.guid)
                    try await sender.seams.time.within(sender.seams.limits.peer, "adopting \(job.volume)") {
                        try await sender.target.adopt(request)
                    }
                }
                sent.append(
                    RoundRecord(
                        volume: job.volume,
                        number: round,
                        base: base,
                        snapshot: snapshot,
                        bytes: receipt.bytes,
                        time: Microseconds(sender.seams.time.now - began),
                        isLast: false
                    )
                )
                base = snapshot
            }
            return sent
        }.flatMap(\.self)
        for round in records { note(round) }
        return records
    }

    /// Flags of every stream of the volume.
    func flags(of volume: VolumeRef) -> [StreamFlag] {
        record.plan.volumes.first { $0.volume == volume }?.flags ?? []
    }

    mutating func note(_ round: RoundRecord) {
        entry.arrived[round.volume] = round.snapshot
        entry.record.rounds.append(round)
        entry.record.totalBytes += round.bytes
        events.emit(.roundDone(round: round))
    }

    func sender(retries: Int) async throws -> VolumeSender {
        VolumeSender(
            seams: seams,
            transfer: transfer,
            target: try await peer(record.to.id),
            id: id,
            unit: unit,
            events: events,
            stallLimit: record.request.stallLimit.duration,
            retries: retries
        )
    }

    /// Puts what was measured in the place of what was guessed, and refuses a cutover that would take too long.
    ///
    /// - Throws: ``PloyzError`` `over-budget`.
    private mutating func predict(_ delta: ByteCount, rate: Double) throws {
        let planned = record.plan.volumes.map(\.lastDelta.bytes).max() ?? .zero
        let shift = (Double(delta.bytes) - Double(planned.bytes)) / max(rate, 1) * 1_000_000
        let before = record.plan.downtime.delta
        entry.record.predicted.delta = TimeEstimate(
            Microseconds(max(1000, before.time.count + Int64(min(max(shift, -1e15), 1e15)))),
            min(before.quality, .measured)
        )
        guard let limit = record.request.maxDowntime else { return }
        let total = record.predicted.total
        guard total.time.duration > limit.duration else { return }
        throw PloyzError(
            .overBudget,
            "the downtime is expected to be \(total.time) (\(total.quality.rawValue)), above --max-downtime \(limit)",
            next: "repeat it with a larger --max-downtime, or when less is written"
        )
    }
}
