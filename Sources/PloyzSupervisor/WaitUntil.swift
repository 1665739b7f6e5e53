/// Looks every `interval` whether `condition` has come true; false when it has not after `time`, or when the task is
/// cancelled. The condition is looked at once at least.
package func waitUntil(
    within time: Duration,
    every interval: Duration,
    clock: some Clock<Duration> = ContinuousClock(),
    _ condition: () async -> Bool
) async -> Bool {
    let start = clock.now
    while await !condition() {
        guard start.duration(to: clock.now) < time else { return false }
        do {
            try await clock.sleep(for: interval)
        } catch {
            return false
        }
    }
    return true
}
