/// What a member of the store said of itself.
package struct StoreHealth: Hashable, Sendable {
    package let endpoint: StoreEndpoint
    /// nil when the member has a leader and can commit.
    package let problem: String?

    package init(endpoint: StoreEndpoint, problem: String?) {
        self.endpoint = endpoint
        self.problem = problem
    }

    package var isHealthy: Bool { problem == nil }
}
