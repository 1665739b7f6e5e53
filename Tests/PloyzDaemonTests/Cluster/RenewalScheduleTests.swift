import Foundation
import Testing

@testable import PloyzDaemon

struct RenewalScheduleTests {
    let date = Date(timeIntervalSince1970: 1_800_000_000)

    @Test func nothingIsDoneBeforeItsTimeAndClocksAreLookedAtEveryHour() {
        #expect(RenewalSchedule.wait(until: date + 90, at: date) == .seconds(90))
        #expect(RenewalSchedule.wait(until: date + 20 * 86_400, at: date) == .seconds(3600))
        #expect(RenewalSchedule.wait(until: date, at: date) == .zero)
        #expect(RenewalSchedule.wait(until: date - 5, at: date) == .zero)
    }

    @Test(
        "Tries come after 1, 2, 4 … s, within ten of what is left of the certificate",
        arguments: [
            (1, 864_000.0, 1.0), (2, 864_000, 2), (3, 864_000, 4), (9, 864_000, 256), (20, 864_000, 256), (5, 30, 3),
            (5, 1, 0.2), (20, -10, 256),
        ]
    )
    func pauses(failures: Int, left: Double, seconds: Double) {
        let pause = RenewalSchedule.pause(after: failures, expires: date + left, at: date)
        #expect(abs(pause / .seconds(1) - seconds) < 0.001)
    }
}
