/// Runs bodies one after another, in the order of the calls.
///
/// An actor by itself does not: it lets the next call in wherever the one before awaits.
package actor Turns {
    private var last: Task<Void, Never>?

    package init() {}

    /// Runs `body` when all bodies before it have ended, however they ended. It is not cancelled with the caller: a
    /// change of the machine that has begun is brought to its end, so that the next one finds no half of it.
    package func run<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let before = last
        let turn = Task {
            await before?.value
            return try await body()
        }
        last = Task { _ = await turn.result }
        return try await turn.value
    }
}
