import Testing

@testable import PloyzDaemon

@Suite struct RestartBackoffTests {
    /// The pauses before the starts of a workload that ends `running` after each start.
    private func pauses(_ count: Int, running: Duration) -> [Duration] {
        var backoff = RestartBackoff()
        var now = Duration.zero
        var pauses: [Duration] = []
        for _ in 0..<count {
            let pause = backoff.delay(at: now)
            pauses.append(pause)
            now += pause
            backoff.started(at: now)
            backoff.ended(at: now)
            now += running
        }
        return pauses
    }

    @Test func quickEndsArePausedForLongerEachTime() {
        #expect(pauses(8, running: .zero) == [0, 0, 1, 2, 4, 8, 16, 30].map { .seconds($0) })
    }

    @Test func aMinuteOfRunningForgives() {
        #expect(pauses(6, running: .seconds(60)) == Array(repeating: .zero, count: 6))
    }

    @Test func restartsAreCounted() {
        var backoff = RestartBackoff()
        for _ in 0..<3 { backoff.started(at: .zero) }
        #expect(backoff.restarts == 2)
    }
}
