import Foundation
package import PloyzAPI
package import PloyzMigration
package import PloyzModel

extension Samples {
    private static let base = snapshot("ployz-base", 11)
    private static let first = snapshot("ployz-1", 12)
    private static let last = snapshot("ployz-2", 13)

    package static let plan = MigrationPlan(
        service: redis,
        instance: instance,
        unit: unit,
        from: m1,
        to: m2,
        startsFirst: false,
        volumes: [
            VolumePlan(
                volume: data,
                size: .mebibytes(12),
                base: base,
                targetHasCopy: true,
                carried: [],
                preCopy: SizeEstimate(bytes: .mebibytes(3), quality: .exact),
                lastDelta: SizeEstimate(bytes: ByteCount(200 << 10), quality: .measured)
            ),
            VolumePlan(
                volume: bulk,
                size: .mebibytes(256),
                base: nil,
                targetHasCopy: false,
                carried: [],
                preCopy: SizeEstimate(bytes: .mebibytes(256), quality: .rough),
                lastDelta: SizeEstimate(bytes: .zero, quality: .rough)
            ),
        ],
        images: [ImagePlan(id: "sha256:0a1b2c3d4e5f60718293", name: "redis:7", size: .mebibytes(40))],
        downtime: forecast,
        totalTime: TimeEstimate(.milliseconds(9400), .rough),
        notes: ["the volume shop/bulk moves too: shop/redis mounts it"],
        warnings: ["the first copy of shop/bulk is sent in full"]
    )

    private static var forecast: DowntimeParts<TimeEstimate> {
        var parts = DowntimeParts(all: TimeEstimate(.milliseconds(5), .rough))
        parts.stop = TimeEstimate(.milliseconds(80), .measured)
        parts.delta = TimeEstimate(.milliseconds(95), .measured)
        parts.start = TimeEstimate(.milliseconds(90), .rough)
        return parts
    }

    private static let unit = MigrationUnit(
        members: [
            MigrationUnit.Member(
                instance: InstanceRecord(
                    ref: instance,
                    machine: m1.id,
                    address: address,
                    epoch: .first,
                    imageID: "sha256:0a1b2c3d4e5f60718293",
                    generation: 4
                ),
                service: ServiceRecord(
                    ref: redis,
                    spec: ServiceSpec(
                        name: redis.service,
                        placement: .replicated(count: 1),
                        template: ContainerTemplate(image: "redis:7", env: ["PASSWORD": "not to be published"])
                    ),
                    generation: 4
                )
            )
        ],
        volumes: []
    )

    private static var request: MigrationRequest {
        MigrationRequest(service: redis, target: m2.id, requester: "uid 0 on m1")
    }

    private static var fresh: OperationRecord {
        OperationRecord(
            id: operation,
            coordinator: m1.id,
            request: request,
            attempt: 1,
            plan: plan,
            startedAt: date
        )
    }

    /// In its pre-copy.
    package static var running: OperationRecord {
        var record = fresh
        record.phase = .preCopy
        record.rounds = [round(data, 1, from: base, to: first, .mebibytes(3), isLast: false)]
        record.totalBytes = .mebibytes(3)
        return record
    }

    /// Done, with everything measured.
    package static var migrated: OperationRecord {
        var record = running
        record.phase = .done
        record.state = .committed
        record.outcome = .migrated
        record.rounds += [
            round(bulk, 1, from: nil, to: first, .mebibytes(256), isLast: false),
            round(data, 2, from: first, to: last, ByteCount(150 << 10), isLast: true),
            round(bulk, 2, from: first, to: last, ByteCount(624), isLast: true),
        ]
        for (part, time) in zip(DowntimePart.allCases, [71, 6, 92, 88, 4, 9, 12] as [Int64]) {
            record.measured[part] = .milliseconds(time)
        }
        record.downtime = .milliseconds(282)
        record.totalBytes = record.rounds.reduce(.zero) { $0 + $1.bytes }
        record.finishedAt = date.addingTimeInterval(9)
        return record
    }

    /// Failed in the cutover; the workload is back on the source.
    package static var failed: OperationRecord {
        var record = running
        record.phase = .done
        record.state = .aborted
        record.outcome = .failed
        record.measured.stop = .milliseconds(70)
        record.downtime = .milliseconds(900)
        record.error = notReady
        record.finishedAt = date.addingTimeInterval(5)
        return record
    }

    /// Cancelled in its pre-copy; the workload never stopped.
    package static var cancelled: OperationRecord {
        var record = running
        record.phase = .done
        record.state = .aborted
        record.outcome = .cancelled
        record.finishedAt = date.addingTimeInterval(3)
        return record
    }

    package static let notReady = PloyzError(
        ErrorCode("not-ready", exitStatus: 1),
        "shop/redis/0 was not ready on m2 within 30s",
        state: "shop/redis/0 runs on m1; m2 keeps what it received",
        next: "ployzctl migrate show op-00000000000000aa"
    )

    package static var start: MigrationStart {
        MigrationStart(outcome: .started, operation: operation, instance: instance, to: m2)
    }

    package static var attached: MigrationStart {
        MigrationStart(outcome: .attached, operation: operation, instance: instance, to: m2)
    }

    package static var alreadyThere: MigrationStart {
        MigrationStart(outcome: .alreadyThere, operation: nil, instance: instance, to: m2)
    }

    package static var preview: MigrationPreview { MigrationPreview(plan) }
    package static var detail: MigrationDetail { MigrationDetail(migrated) }
    package static var migrations: MigrationList {
        MigrationList(migrations: [MigrationSummary(running), MigrationSummary(migrated), MigrationSummary(failed)])
    }

    package static func result(_ record: OperationRecord) -> MigrationResult {
        MigrationResult(
            outcome: record.outcome ?? .unknown,
            message: record.outcome == .migrated ? "shop/redis/0 runs on m2" : "shop/redis/0 runs on m1, as before",
            record: record,
            error: record.error
        )
    }

    /// A whole migration, one event of every kind but a failure.
    package static var notices: [MigrationNotice] { notices(events + [.finished(result: result(migrated))]) }

    package static var failedNotices: [MigrationNotice] {
        notices([
            .started(plan: plan, attempt: 1), .phaseChanged(phase: .cutover), .workloadStopped(instance: instance),
            .returned(downtime: .milliseconds(900)), .finished(result: result(failed)),
        ])
    }

    package static var cancelledNotices: [MigrationNotice] {
        notices([.started(plan: plan, attempt: 1), .finished(result: result(cancelled))])
    }

    package static func notices(_ contents: [MigrationEvent.Content]) -> [MigrationNotice] {
        contents.enumerated().map { index, content in
            MigrationNotice(
                MigrationEvent(
                    operation: operation,
                    number: index + 1,
                    date: date,
                    elapsed: .milliseconds(Int64(index) * 250),
                    content: content
                )
            )
        }
    }

    private static var events: [MigrationEvent.Content] {
        [
            .started(plan: plan, attempt: 1),
            .phaseChanged(phase: .prepare),
            .progress(stream: progress(nil, 20, of: 40)),
            .imageSent(image: "sha256:0a1b2c3d4e5f60718293", bytes: .mebibytes(40), time: .milliseconds(700)),
            .phaseChanged(phase: .preCopy),
            .progress(stream: progress(data, 1, of: 3)),
            .progress(stream: progress(bulk, 64, of: 256)),
            .roundDone(round: running.rounds[0]),
            .progress(stream: progress(bulk, 192, of: 256)),
            .roundDone(round: migrated.rounds[1]),
            .note(text: "the predicted last delta fits"),
            .phaseChanged(phase: .cutover),
            .workloadStopped(instance: instance),
            .roundDone(round: migrated.rounds[2]),
            .roundDone(round: migrated.rounds[3]),
            .candidateReady(
                report: StartReport(mount: .milliseconds(20), start: .milliseconds(68), readiness: .milliseconds(4))
            ),
            .phaseChanged(phase: .commit),
            .committed,
            .phaseChanged(phase: .switch),
            .switched(downtime: .milliseconds(282)),
            .phaseChanged(phase: .cleanup),
        ]
    }

    private static func progress(_ volume: VolumeRef?, _ done: UInt64, of all: UInt64) -> StreamProgress {
        StreamProgress(
            volume: volume,
            image: volume == nil ? "sha256:0a1b2c3d4e5f60718293" : nil,
            round: volume == nil ? 0 : 1,
            acknowledged: .mebibytes(done),
            expected: .mebibytes(all),
            rate: .mebibytes(80),
            timeLeft: .milliseconds(Int64((all - done) * 1000 / 80))
        )
    }

    private static func round(
        _ volume: VolumeRef,
        _ number: Int,
        from base: VolumeSnapshot?,
        to snapshot: VolumeSnapshot,
        _ bytes: ByteCount,
        isLast: Bool
    ) -> RoundRecord {
        RoundRecord(
            volume: volume,
            number: number,
            base: base,
            snapshot: snapshot,
            bytes: bytes,
            time: .milliseconds(isLast ? 90 : 3200),
            isLast: isLast
        )
    }

    private static func snapshot(_ text: String, _ guid: UInt64) -> VolumeSnapshot {
        VolumeSnapshot(name: name { try SnapshotName(text) }, guid: guid, creation: guid)
    }
}
