import Foundation

/// Where the store is asked, and which of it first.
struct StoreEndpoints: Sendable {
    private(set) var all: [StoreEndpoint]
    /// The one that answered last, by its place in ``all``.
    private var preferred = 0
    /// Who wants to know when an endpoint is no longer asked first.
    var waiters: [UUID: (StoreEndpoint, AsyncStream<Void>.Continuation)] = [:]

    init(all: [StoreEndpoint]) { self.all = all }

    /// Each once, the preferred one first.
    var inOrder: [StoreEndpoint] { all.isEmpty ? [] : Array(all[preferred...] + all[..<preferred]) }

    var first: StoreEndpoint? { all.isEmpty ? nil : all[preferred] }

    /// The preferred one stays so when it is among the new ones.
    mutating func replace(with new: [StoreEndpoint]) {
        let first = first
        all = new
        preferred = first.flatMap { new.firstIndex(of: $0) } ?? 0
    }

    mutating func prefer(_ endpoint: StoreEndpoint) {
        if let index = all.firstIndex(of: endpoint) { preferred = index }
    }

    /// Prefers the next one, if this one was preferred.
    mutating func avoid(_ endpoint: StoreEndpoint) {
        if first == endpoint { preferred = (preferred + 1) % all.count }
    }

    /// Those whose endpoint is not asked first any more; each once.
    mutating func takeLeft() -> [AsyncStream<Void>.Continuation] {
        let first = first
        let left = waiters.filter { $0.value.0 != first }
        for id in left.keys { waiters[id] = nil }
        return left.values.map { $0.1 }
    }
}
