import Testing

@testable import LabKit

@Suite struct WatchTests {
    private func change(
        _ machine: String,
        _ state: LiveState,
        at moment: UInt64,
        error: UInt64 = 0
    ) -> SightMerger.Change {
        .init(machine: machine, state: state, moment: moment * 1_000_000, error: error * 1_000_000)
    }

    private func merger(_ changes: [SightMerger.Change], heardAt moment: UInt64) -> SightMerger {
        var merger = SightMerger(machines: ["m1", "m2"])
        for change in changes { merger.add(change) }
        for machine in ["m1", "m2"] { merger.hear(machine, at: moment * 1_000_000) }
        return merger
    }

    @Test func aMoveIsSeenInTheOrderOfTheHostsClock() {
        var merger = merger(
            [
                change("m2", .sealed, at: 120), change("m1", .open, at: 10), change("m1", .absent, at: 100),
                change("m2", .open, at: 200),
            ],
            heardAt: 1000
        )
        let sights = merger.settle(now: 0)
        #expect(sights.map(\.open) == [["m1"], [], [], ["m2"]])
        #expect(sights.last?.states == ["m1": .absent, "m2": .open])
    }

    @Test func twoThatAreOpenAtOnceAreSeen() {
        var merger = merger(
            [change("m1", .open, at: 10), change("m2", .open, at: 50), change("m1", .absent, at: 90)],
            heardAt: 1000
        )
        #expect(merger.settle(now: 0).map(\.open) == [["m1"], ["m1", "m2"], ["m2"]])
    }

    @Test func whatTheClocksCannotTellApartIsNoOverlap() {
        var merger = merger(
            [change("m1", .open, at: 10), change("m2", .open, at: 50, error: 20), change("m1", .absent, at: 70)],
            heardAt: 1000
        )
        #expect(merger.settle(now: 0).map(\.open) == [["m1"], [], ["m2"]])
    }

    @Test func nothingIsCertainBeforeEveryMachineSpoke() {
        var merger = SightMerger(machines: ["m1", "m2"])
        merger.add(change("m1", .open, at: 100))
        merger.hear("m1", at: 500_000_000)
        merger.hear("m2", at: 50_000_000)
        #expect(merger.settle(now: 0).isEmpty)
        merger.miss("m2")
        #expect(merger.settle(now: 0).map(\.open) == [["m1"]])
    }

    @Test func theQuickestAnswerTellsAClockBest() {
        var clock = ClockComparison()
        #expect(clock.host(5) == nil)
        clock.add(asked: 1000, answered: 5000, guest: 9000)
        clock.add(asked: 10_000, answered: 10_200, guest: 15_150)
        #expect(clock.host(15_150) == 10_100)
        #expect(clock.error == 100)
    }
}
