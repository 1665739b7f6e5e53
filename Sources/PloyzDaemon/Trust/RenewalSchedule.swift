import Foundation
import PloyzTrust

/// When a certificate is renewed, and when a renewal that failed is tried again.
enum RenewalSchedule {
    /// The longest pause: clocks are set, and machines sleep.
    private static let longest = Duration.seconds(3600)
    /// The longest pause between two tries.
    private static let longestPause = 256.0

    /// How long nothing is to be done; zero when less than a third of the certificate's life is left.
    static func wait(until renewal: Date, at date: Date) -> Duration {
        min(longest, .seconds(max(0, renewal.timeIntervalSince(date))))
    }

    /// The pause after so many failures: 1, 2, 4 … 256 s, and never more than a tenth of the time that is left.
    static func pause(after failures: Int, expires: Date, at date: Date) -> Duration {
        let left = expires.timeIntervalSince(date)
        let pause = min(longestPause, Double(1 << min(max(failures, 1) - 1, 16)))
        return .seconds(left > 0 ? min(pause, max(0.2, left / 10)) : pause)
    }
}
