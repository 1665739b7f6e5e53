import Synchronization

/// One holder at a time for each key; the others wait in the order in which they came.
package final class KeyedLock<Key: Hashable & Sendable>: Sendable {
    /// Those who wait for a key that is held; a key that nobody holds is absent.
    private let waiting = Mutex<[Key: [CheckedContinuation<Void, Never>]]>([:])

    package init() {}

    package func withLock<Value: Sendable>(_ key: Key, _ body: () async throws -> Value) async rethrows -> Value {
        await acquire(key)
        defer { release(key) }
        return try await body()
    }

    /// - Returns: nil when somebody holds the key; `body` was not called then.
    package func ifFree<Value: Sendable>(_ key: Key, _ body: () async throws -> Value) async rethrows -> Value? {
        let isFree = waiting.withLock { waiting in
            guard waiting[key] == nil else { return false }
            waiting[key] = []
            return true
        }
        guard isFree else { return nil }
        defer { release(key) }
        return try await body()
    }

    private func acquire(_ key: Key) async {
        await withCheckedContinuation { continuation in
            let isFree = waiting.withLock { waiting in
                guard waiting[key] != nil else {
                    waiting[key] = []
                    return true
                }
                waiting[key]?.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func release(_ key: Key) {
        let next = waiting.withLock { waiting -> CheckedContinuation<Void, Never>? in
            guard let queue = waiting[key], let first = queue.first else {
                waiting[key] = nil
                return nil
            }
            waiting[key] = Array(queue.dropFirst())
            return first
        }
        next?.resume()
    }
}
