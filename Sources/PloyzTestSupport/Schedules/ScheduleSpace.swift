/// Which schedules there are to try.
package enum ScheduleSpace {
    /// Every call of a run without faults, with every fault that differs for it.
    package static func singles(of scenario: String) -> [Schedule] {
        guard let report = ScheduleRun.report(of: Schedule(scenario)) else { return [] }
        return strikes(at: report.calls).map { Schedule(scenario, [$0]) }
    }

    /// The schedules that add a second fault to the one of `report`, at a call that follows it: also at calls that only
    /// the recovery from the first makes.
    package static func pairs(after report: ScheduleReport) -> [Schedule] {
        guard let first = report.schedule.strikes.first, let index = report.calls.firstIndex(of: first.call) else {
            return []
        }
        return strikes(at: Array(report.calls[(index + 1)...])).map { second in
            Schedule(report.schedule.scenario, [first, second])
        }
    }

    /// `count` of `schedules`, the same for the same seed, each at most once.
    package static func draw(_ count: Int, of schedules: [Schedule], seed: UInt64) -> [Schedule] {
        count < schedules.count ? Array(shuffled(schedules, seed: seed).prefix(count)) : schedules
    }

    /// In an order that the seed decides.
    package static func shuffled(_ schedules: [Schedule], seed: UInt64) -> [Schedule] {
        var generator = SeededGenerator(seed: seed)
        return schedules.shuffled(using: &generator)
    }

    private static func strikes(at calls: [SeamCall]) -> [Schedule.Strike] {
        calls.filter { !isIdle($0) }.flatMap { call in Fault.distinct(for: call).map { Schedule.Strike(call, $0) } }
    }

    /// Daemons look after things again and again. What they ask the third time they ask of the world as it was the
    /// second time; whatever they change is a call of its own and counts.
    private static func isIdle(_ call: SeamCall) -> Bool {
        call.kind == .question && ["tend", "keep"].contains(call.activity) && call.number > 2
    }
}
