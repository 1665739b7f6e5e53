import Foundation
package import PloyzAPI
package import PloyzMigration
import PloyzModel

/// A drain of `m1`: a web server, the Redis with its two volumes and what shares them, and a service that binds a
/// directory.
extension Samples {
    package static let drain = name { try DrainID("dr-00000000000000dd") }

    package static let plannedDrain = DrainReport(drainRecord(), isPlanned: true)
    package static let runningDrain = DrainReport(
        drainRecord { record in
            record.moves[0].state = .moved
            record.moves[0].operation = operation
            record.moves[0].sent = .zero
            record.moves[0].measuredTime = .milliseconds(1200)
            record.moves[1].state = .running
            record.moves[1].operation = operation
        }
    )
    package static let endedDrain = DrainReport(endedDrainRecord)
    package static let returnedDrain = DrainReport(
        drainRecord(.home, moves: endedDrainRecord.away.compactMap(\.reversed)) { record in
            record.moves[0].state = .gone
            record.moves[0].note = "it was moved on to m3, and is left there"
            record.moves[1].state = .moved
            record.moves[1].size = .mebibytes(260)
            record.moves[1].sent = .mebibytes(3)
            record.state = .ended
            record.finishedAt = date.addingTimeInterval(60)
        }
    )

    private static let endedDrainRecord = drainRecord { record in
        record.moves[0].state = .moved
        record.moves[0].sent = .zero
        record.moves[0].measuredTime = .milliseconds(1200)
        record.moves[1].state = .moved
        record.moves[1].operation = operation
        record.moves[1].sent = .mebibytes(262)
        record.moves[1].measuredTime = .milliseconds(8100)
        record.moves[1].measuredDowntime = .milliseconds(420)
        record.state = .ended
        record.finishedAt = date.addingTimeInterval(30)
    }

    private static func drainRecord(
        _ direction: DrainRecord.Direction = .away,
        moves: [DrainMove] = moves,
        _ change: (inout DrainRecord) -> Void = { _ in }
    ) -> DrainRecord {
        var record = DrainRecord(
            id: drain,
            machine: m1,
            direction: direction,
            request: DrainOrder(),
            moves: moves,
            startedAt: date
        )
        change(&record)
        return record
    }

    private static let moves = [
        DrainMove(
            instance: drained("shop/web/0"),
            members: [drained("shop/web/0")],
            volumes: [],
            from: m1,
            to: m2,
            time: TimeEstimate(.milliseconds(1040), .rough),
            downtime: TimeEstimate(.zero, .exact)
        ),
        DrainMove(
            instance: instance,
            members: [instance, drained("shop/worker/0")],
            volumes: [bulk, data],
            from: m1,
            to: m3,
            size: .mebibytes(260),
            claim: .mebibytes(292),
            bytes: SizeEstimate(bytes: .mebibytes(261), quality: .rough),
            time: TimeEstimate(.milliseconds(8600), .rough),
            downtime: TimeEstimate(.milliseconds(535), .measured)
        ),
        DrainMove(
            instance: drained("shop/logs/0"),
            members: [drained("shop/logs/0")],
            volumes: [],
            from: m1,
            to: nil,
            state: .stays,
            error: PloyzError(
                .bindMount,
                "shop/logs binds /var/log of its machine, which a migration cannot move",
                next: "use a volume instead"
            )
        ),
    ]

    private static func drained(_ text: String) -> InstanceRef { name { try InstanceRef(text) } }
}
