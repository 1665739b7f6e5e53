import Foundation
import PloyzMigration
import PloyzModel
import Testing

@testable import PloyzOverlay

/// What the machines compute while an instance on m1 stands still, on its way to m2 or back; m3 is a third machine.
@Suite struct ParkingTests {
    private let address = "10.101.1.5"

    private func parked() throws -> RouteRecord {
        try Fixture.route(address, on: 1).parked(for: try OperationID("op-0000000000000001"))
    }

    private func isParked(_ record: RouteRecord, on number: Int, _ standing: LocalStanding) throws -> Bool {
        try !Fixture.share(record, on: number, standing).elements.parked.isEmpty
    }

    private func holdsArrivals(_ record: RouteRecord, on number: Int, _ standing: LocalStanding) throws -> Bool {
        try !Fixture.share(record, on: number, standing).elements.parkedArrivals.isEmpty
    }

    @Test func everyMachineParksAndNoRouteChanges() throws {
        for number in 1...3 {
            let before = try Fixture.share(try Fixture.route(address, on: 1), on: number)
            let share = try Fixture.share(try parked(), on: number)
            #expect(share.elements.parked == [try IPv4Address(address)])
            #expect(share.elements.parkedArrivals == [])
            #expect(share.routes == before.routes)
            #expect(share.allowed == before.allowed)
        }
    }

    @Test func theSourceHoldsWhatComesFromElsewhereOnlyWhenItStops() throws {
        #expect(try !holdsArrivals(try parked(), on: 1, LocalStanding()))
        #expect(try holdsArrivals(try parked(), on: 1, LocalStanding(holdsArrivals: true)))
        // Not without a parking: that is how it ends.
        #expect(try !holdsArrivals(try parked().released, on: 1, LocalStanding(holdsArrivals: true)))
    }

    @Test func theTargetHoldsWhatComesForItUntilItOpens() throws {
        let sealed = LocalStanding(isSealed: true)
        var committed = try Fixture.route(address, on: 2, generation: 3)
        #expect(try holdsArrivals(try parked(), on: 2, sealed))
        #expect(try holdsArrivals(committed, on: 2, sealed))
        #expect(try Fixture.share(committed, on: 2, sealed).routes == [])
        #expect(try !isParked(committed, on: 2, LocalStanding(claim: true)))
        committed.machine = try Fixture.id(1)
        #expect(try !isParked(committed, on: 2, sealed), "its clients reach the source while the candidate is prepared")
    }

    @Test func anInstanceThatWasOpenedAfterTheRecordIsNotWaitedFor() throws {
        let standing = LocalStanding(claim: true, holdsArrivals: true)
        #expect(try !isParked(try parked(), on: 1, standing))
        #expect(try !isParked(try parked(), on: 2, standing))
    }

    @Test func holdingComesBeforeAndReleasingAfterAnythingElse() throws {
        let one = try IPv4Address("10.101.1.5"), two = try IPv4Address("10.101.1.6")
        let commands = ParkingState(released: [one], waiting: [two]).commands(parked: [one])
        #expect(commands.hold.lines == ["neigh del 10.101.1.5 dev ployz-park"])
        #expect(
            commands.release.lines == [
                "neigh replace 10.101.1.6 lladdr 02:50:00:00:00:02 dev ployz-park nud permanent"
            ]
        )
    }

    @Test func whatIpPrintsOfNeighboursIsRead() throws {
        let text = """
            [{"dst":"10.101.1.5","lladdr":"02:50:00:00:00:02","state":["PERMANENT"]},
             {"dst":"10.101.1.6","state":["INCOMPLETE"]},{"dst":"10.101.1.7","state":["FAILED"]}]
            """
        let state = try ParkingDevices.parse(text)
        #expect(state.released == [try IPv4Address("10.101.1.5")])
        #expect(state.waiting == [try IPv4Address("10.101.1.6"), try IPv4Address("10.101.1.7")])
        #expect(try ParkingDevices.parse("") == ParkingState())
    }

    @Test func onlyDifferencesOfElementsAreSet() throws {
        let before = try Fixture.share(try Fixture.route(address, on: 1), on: 3).elements
        let after = try Fixture.share(try parked(), on: 3).elements
        #expect(TableElements.commands(from: before, to: after) == "add element inet ployz parked { 10.101.1.5 }\n")
        #expect(TableElements.commands(from: after, to: before) == "delete element inet ployz parked { 10.101.1.5 }\n")
        #expect(TableElements.commands(from: after, to: after) == "")
        let handover = try Fixture.route(address, on: 1).handedOver(to: try Fixture.id(2))
        let elements = try Fixture.share(handover, on: 3).elements
        var sum = after
        sum.add(elements)
        sum.remove(elements)
        #expect(sum == after)
    }

    @Test func theConnectionsOfASandboxAreCounted() {
        let text = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 00000000:1B58 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1
               1: 0501650A:1B58 0903650A:9C40 01 00000000:00000000 00:00000000 00000000     0        0 2 1
               2: 0501650A:1B58 0903650A:9C41 03 00000000:00000000 00:00000000 00000000     0        0 0 1
               3: 0501650A:1B58 0903650A:9C42 06 00000000:00000000 00:00000000 00000000     0        0 0 1
               4: 0501650A:9000 0501650A:1B58 01 00000000:00000000 00:00000000 00000000     0        0 4 1
            """
        #expect(
            SocketTable.connections(in: text) == ["0501650A:1B58 0903650A:9C40", "0501650A:1B58 0903650A:9C41"]
        )
    }
}
