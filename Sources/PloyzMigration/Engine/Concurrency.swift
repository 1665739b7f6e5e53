import PloyzModel

extension Timekeeper {
    /// Runs `body` and gives up after `limit`.
    ///
    /// Giving up cancels `body` and waits until it has returned: nothing goes on unseen.
    ///
    /// - Throws: ``PloyzError`` `deadline-exceeded`, or what `body` throws.
    package func within<Value: Sendable>(
        _ limit: Duration,
        _ what: String,
        _ body: @Sendable @escaping () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else {
                throw PloyzError(.deadlineExceeded, "\(what) took longer than \(Microseconds(limit))")
            }
            return value
        }
    }
}

/// Runs `body` for every item at once; the results are in the order of the items. The first failure cancels the rest.
func sideBySide<Item: Sendable, Value: Sendable>(
    _ items: [Item],
    _ body: @Sendable @escaping (Item) async throws -> Value
) async throws -> [Value] {
    try await withThrowingTaskGroup(of: (Int, Value).self) { group in
        for (index, item) in items.enumerated() {
            group.addTask { (index, try await body(item)) }
        }
        var values: [Int: Value] = [:]
        for try await (index, value) in group { values[index] = value }
        return items.indices.compactMap { values[$0] }
    }
}

/// The same, but a failure lets the others end: for what must be done as far as it can be.
///
/// - Throws: the first item's failure, after all have ended.
func eachAsFarAsPossible<Item: Sendable>(
    _ items: [Item],
    _ body: @Sendable @escaping (Item) async throws -> Void
) async throws {
    let failures = await withTaskGroup(of: (Int, (any Error)?).self) { group in
        for (index, item) in items.enumerated() {
            group.addTask {
                do {
                    try await body(item)
                    return (index, nil)
                } catch {
                    return (index, error)
                }
            }
        }
        var failures: [Int: any Error] = [:]
        for await (index, error) in group { failures[index] = error }
        return failures
    }
    if let first = failures.min(by: { $0.key < $1.key }) { throw first.value }
}
