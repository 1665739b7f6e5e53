/// What pgbench's transactions left: each adds the same amount to an account, a teller, a branch and the history.
package struct PostgresBooks: Hashable, Sendable {
    package let accounts: Int
    package let tellers: Int
    package let branches: Int
    package let history: Int
    /// Transactions that were committed.
    package let transactions: Int

    static func read(_ postgres: PostgresService, from machine: String) async throws -> PostgresBooks {
        let text = try await postgres.sql(
            """
            SELECT (SELECT sum(abalance) FROM pgbench_accounts), (SELECT sum(tbalance) FROM pgbench_tellers),
            (SELECT sum(bbalance) FROM pgbench_branches), (SELECT coalesce(sum(delta), 0) FROM pgbench_history),
            (SELECT count(*) FROM pgbench_history)
            """,
            from: machine
        )
        let numbers = text.split(separator: "|").compactMap { Int($0) }
        guard numbers.count == 5 else { throw ScenarioFailure("pgbench's sums are '\(text)'") }
        return PostgresBooks(
            accounts: numbers[0],
            tellers: numbers[1],
            branches: numbers[2],
            history: numbers[3],
            transactions: numbers[4]
        )
    }

    /// No transaction is there by half.
    package var isBalanced: Bool { Set([accounts, tellers, branches, history]).count == 1 }
}
