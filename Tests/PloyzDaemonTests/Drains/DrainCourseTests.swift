import Foundation
import PloyzAPI
import PloyzAPITestSupport
import PloyzMigration
import PloyzModel
import PloyzTransfer
import PloyzZFS
import Testing

@testable import PloyzDaemon

@Suite("The course of a drain")
struct DrainCourseTests {
    private static func move(_ instance: String, to target: MachinePlace? = Samples.m2) throws -> DrainMove {
        let ref = try InstanceRef(instance)
        return DrainMove(
            instance: ref,
            members: [ref],
            volumes: [],
            from: Samples.m1,
            to: target,
            claim: .mebibytes(10),
            time: TimeEstimate(.milliseconds(1000), .measured)
        )
    }

    private static func record(
        _ instances: String...,
        parallel: Int = 2,
        direction: DrainRecord.Direction = .away
    ) throws -> DrainRecord {
        DrainRecord(
            id: Samples.drain,
            machine: Samples.m1,
            direction: direction,
            request: DrainOrder(parallel: parallel),
            moves: try instances.map { try move($0) },
            startedAt: Samples.date
        )
    }

    @Test("So many run at once and no more, in order; two of one service never")
    func bounded() throws {
        var record = try Self.record("shop/web/0", "shop/web/1", "shop/api/0", "shop/db/0")
        #expect(record.next == 0)
        record.moves[0].state = .running
        #expect(record.next == 2)
        record.moves[2].state = .running
        #expect(record.next == nil)
        record.arrived(0, at: nil, by: nil)
        #expect(record.next == 1)
    }

    @Test("What passes is tried again, within bounds; then it is a failure with its next command")
    func patience() throws {
        var record = try Self.record("shop/web/0")
        let interrupted = PloyzError(.interrupted, "the daemon ended")
        for _ in 0..<DrainRecord.patience {
            record.moves[0].state = .running
            #expect(record.setBack(0, by: interrupted, wasRunning: true) == .passes)
            #expect(record.moves[0].state == .waiting)
        }
        record.moves[0].state = .running
        #expect(record.setBack(0, by: interrupted, wasRunning: true) == .final)
        #expect(record.moves[0].state == .failed)
        #expect(record.moves[0].error?.next == "ployzctl migrate apply shop/web --to m2 --instance 0")
    }

    @Test("A volume that is busy is tried twice more, because each time costs a stop")
    func busy() throws {
        var record = try Self.record("shop/db/0")
        let busy = PloyzError(.volumeBusy, "somebody holds it")
        #expect((0..<3).map { _ in record.setBack(0, by: busy, wasRunning: true) } == [.passes, .passes, .final])
        #expect(record.moves[0].state == .failed)
    }

    @Test("A target that cannot take it is changed once; the second time it is a failure")
    func otherTarget() throws {
        var record = try Self.record("shop/web/0")
        let full = PloyzError(.notEnoughSpace, "no room")
        record.moves[0].state = .running
        #expect(record.setBack(0, by: full, wasRunning: false) == .target)
        record.redirect(0, to: try Self.move("shop/web/0", to: Samples.m3))
        #expect(record.moves[0].to == Samples.m3)
        #expect(record.moves[0].tried == [Samples.m2])
        #expect(record.moves[0].note == "not to m2: no room")
        record.moves[0].state = .running
        #expect(record.setBack(0, by: full, wasRunning: false) == .final)
        #expect(record.moves[0].state == .failed)
    }

    @Test("The way home has one target only")
    func homeHasOneTarget() throws {
        var record = try Self.record("shop/web/0", direction: .home)
        #expect(record.setBack(0, by: PloyzError(.notEnoughSpace, "no room"), wasRunning: false) == .final)
    }

    @Test(
        "Whose fault a failure is",
        arguments: [
            (PloyzError(.transferBroken, "cut"), true, DrainSetback.target),
            (PloyzError(.peerUnreachable, "away"), true, .target),
            (PloyzError(.peerUnreachable, "away"), false, .passes),
            (PloyzError(.storeUnreachable, "away"), true, .passes),
            (PloyzError(.overBudget, "slow"), true, .final),
            (PloyzError(.migrationCancelled, "cancelled"), true, .final),
            (PloyzError(.unknownInstance, "removed"), false, .gone),
            // Another target would not help against the other of the two.
            (PloyzError(.portTaken, "port", others: [PloyzError(.foreignHolder, "held")]), false, .final),
        ]
    )
    func setbacks(error: PloyzError, wasRunning: Bool, meaning: DrainSetback) {
        #expect(DrainSetback(error, wasRunning: wasRunning) == meaning)
    }

    @Test("What was stopped leaves what waits, lets what runs go on, and claims no more space for what is left")
    func stopped() throws {
        var record = try Self.record("shop/web/0", "shop/db/0")
        record.moves[0].state = .running
        #expect(record.claim(on: Samples.m2.id) == .mebibytes(20))
        record.stop(because: "m1 was made active again")
        #expect(record.moves.map(\.state) == [.running, .left])
        #expect(record.claim(on: Samples.m2.id) == .mebibytes(10))
        #expect(!record.isThrough)
        record.arrived(0, at: nil, by: nil)
        #expect(record.isThrough)
        #expect(DrainReport(record).exitStatus == 1)
    }

    @Test("Away is what was moved; what did not come home is away still")
    func away() throws {
        var drain = try Self.record("shop/web/0", "shop/db/0", "shop/api/0")
        drain.arrived(0, at: Samples.m3, by: nil)
        drain.arrived(1, at: nil, by: nil)
        drain.moves[2].state = .failed
        #expect(drain.away.map { "\($0.instance) \($0.to?.name.text ?? "")" } == ["shop/web/0 m3", "shop/db/0 m2"])
        var back = try Self.record(direction: .home)
        back.moves = drain.away.compactMap(\.reversed)
        #expect(back.moves.map { "\($0.from) \($0.to?.name.text ?? "")" } == ["m3 m1", "m2 m1"])
        back.arrived(0, at: nil, by: nil)
        back.moves[1].state = .failed
        #expect(back.away.map { "\($0.instance) \($0.from) \($0.to?.name.text ?? "")" } == ["shop/db/0 m1 m2"])
    }

    @Test("With two at once the time is that of two places side by side; one service is one after the other")
    func schedule() throws {
        let moves = try ["shop/a/0", "shop/b/0", "shop/c/0"].map { try Self.move($0) }
        #expect(DrainSchedule(moves, parallel: 2).time == TimeEstimate(.milliseconds(2000), .measured))
        #expect(DrainSchedule(moves, parallel: 1).time.time == .milliseconds(3000))
        let replicas = try ["shop/a/0", "shop/a/1", "shop/a/2"].map { try Self.move($0) }
        #expect(DrainSchedule(replicas, parallel: 8).time.time == .milliseconds(3000))
    }

    @Test("What others have promised a machine, and single migrations to it, is not free")
    func promised() throws {
        var record = try Self.record("shop/web/0")
        let operation = Samples.running
        let survey = { (drains: [DrainRecord]) in
            DrainSurvey(
                picture: ClusterPicture(
                    machines: [],
                    services: [],
                    instances: [],
                    volumes: [],
                    operations: [operation]
                ),
                drains: drains
            )
        }
        let alone = survey([]).promised(to: operation.to.id)
        #expect(alone > .zero)
        #expect(survey([record]).promised(to: operation.to.id) == alone + .mebibytes(10))
        // A migration that a drain names is not counted twice.
        record.moves[0].operation = operation.id
        #expect(survey([record]).promised(to: operation.to.id) == .mebibytes(10))
        #expect(survey([record]).instances(on: Samples.m2.id) == [try ServiceRef("shop/web"): 1])
    }

    @Test("A record reads back as it was written, byte by byte")
    func encoding() throws {
        var record = try Self.record("shop/web/0", "shop/db/0")
        _ = record.setBack(0, by: PloyzError(.notEnoughSpace, "no room"), wasRunning: false)
        let bytes = try JSON.encode(record)
        let read = try JSON.decode(DrainRecord.self, from: bytes)
        #expect(read == record)
        #expect(try JSON.encode(read) == bytes)
    }
}
