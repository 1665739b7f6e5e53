import PloyzModel
import Synchronization

extension EtcdGateway {
    /// What one member says of itself. It asks no other member, and writes nothing.
    func status(of endpoint: StoreEndpoint, within limit: Duration) async throws -> EtcdStatusResponse {
        try await ask(endpoint, "/v3/maintenance/status", EtcdNothing(), as: EtcdStatusResponse.self, within: limit)
    }

    /// How often the member that is asked first is looked at, when there are others.
    private static let interval = Duration.seconds(1)

    /// Looks whether the member that is asked first answers and has a leader; one that fails twice in a row is left for
    /// another. Without this, only a call that was kept waiting would notice, and a watch not for its whole silence.
    func followMembers() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.interval)
            guard let first = endpoints.withLock({ $0.all.count > 1 ? $0.first : nil }) else { continue }
            if await isLed(first) { continue }
            if await isLed(first) { continue }
            let others = endpoints.withLock { $0.inOrder.dropFirst() }
            for other in others where await isLed(other) {
                switchOver(from: first, to: other)
                break
            }
        }
    }

    private func isLed(_ endpoint: StoreEndpoint) async -> Bool {
        (try? await status(of: endpoint, within: Self.interval))?.leader != nil
    }
}
