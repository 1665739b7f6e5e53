import Synchronization

/// Secrets with the moment when they were got: a ticket and a token must grow old before they are used.
final class AgedSecrets: Sendable {
    private struct Aged {
        let secret: String
        let since: ContinuousClock.Instant
    }

    private let secrets = Mutex<[String: Aged]>([:])

    func keep(_ secret: String, as name: String) {
        secrets.withLock { $0[name] = Aged(secret: secret, since: .now) }
    }

    /// The secret once it is as old as `age`.
    func secret(_ name: String, aged age: Duration) async throws -> String {
        guard let aged = secrets.withLock({ $0[name] }) else {
            throw ScenarioFailure("nobody asked for '\(name)' at the beginning")
        }
        try await Task.sleep(until: aged.since + age)
        return aged.secret
    }
}
