import Synchronization

/// Addresses of the underlay that no machine has, one after the other.
final class OutsiderAddresses: Sendable {
    private static let first = 100
    private static let count = 100

    private let used = Mutex(0)

    func next() -> String {
        let number = used.withLock { used in
            used += 1
            return used
        }
        return "192.168.90.\(Self.first + number % Self.count)"
    }
}
