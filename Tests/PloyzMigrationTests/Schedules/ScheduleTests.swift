import PloyzTestSupport
import Testing

/// A sample of what `scripts/schedules` runs, and the form of its seeds.
@Suite struct ScheduleTests {
    static let scenarios = Scenario.all.map(\.name)

    @Test(arguments: scenarios)
    func aScenarioWithoutFaultsBreaksNothing(_ scenario: String) throws {
        let report = try #require(ScheduleRun.report(of: Schedule(scenario)))
        #expect(report.violations == [])
        #expect(report.endings.last == "already-there")
    }

    @Test(arguments: scenarios)
    func whateverCallGoesWrongTheInvariantsHold(_ scenario: String) throws {
        let singles = ScheduleSpace.singles(of: scenario)
        #expect(singles.count > 500)
        for schedule in ScheduleSpace.draw(20, of: singles, seed: 7) {
            let report = try #require(ScheduleRun.report(of: schedule))
            #expect(report.violations == [], "\(schedule)")
            #expect(report.struck == schedule.strikes.map(\.call), "did not strike: \(schedule)")
        }
    }

    @Test func twoThatGoWrongBreakNothingEither() throws {
        for first in ScheduleSpace.draw(6, of: ScheduleSpace.singles(of: "way-back"), seed: 3) {
            let report = try #require(ScheduleRun.report(of: first))
            for schedule in ScheduleSpace.draw(3, of: ScheduleSpace.pairs(after: report), seed: 5) {
                let pair = try #require(ScheduleRun.report(of: schedule))
                #expect(pair.violations == [], "\(schedule)")
                #expect(Set(pair.struck) == Set(schedule.strikes.map(\.call)), "did not strike: \(schedule)")
            }
        }
    }

    @Test(arguments: scenarios)
    func everySeedIsReadBackAsItWasWritten(_ scenario: String) {
        for schedule in ScheduleSpace.singles(of: scenario) {
            #expect(Schedule(schedule.description) == schedule)
        }
    }

    @Test(arguments: ["", "two-volumes; m1/apply", "two-volumes; m1/apply store.get x #0 = fails", "x; y #1 = perhaps"])
    func whatIsNoSeedIsRefused(_ text: String) {
        #expect(Schedule(text) == nil)
    }

    @Test func theSameSeedHappensTheSameWayTwice() throws {
        let singles = ScheduleSpace.singles(of: "two-volumes")
        for schedule in ScheduleSpace.draw(5, of: singles, seed: 11) {
            let runs = try (1...2).map { _ in try #require(ScheduleRun.report(of: schedule, isTraced: true)).trace }
            #expect(runs[0] == runs[1], "\(schedule)")
            #expect(runs[0].count > 50)
        }
    }
}
