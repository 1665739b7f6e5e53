import LabScenarios

extension Lab {
    /// Something that a case does to a lab, and what takes it back.
    enum Change: Sendable {
        /// A command of the lab itself.
        case command([String])
        /// A command in a machine.
        case run(machine: String, [String])

        static func lab(_ arguments: String...) -> Change { .command(arguments) }

        static func run(_ machine: String, _ arguments: String...) -> Change { .run(machine: machine, arguments) }
    }

    /// Runs `body` between a change and its opposite, which is made however `body` ends.
    func during(_ change: Change, _ opposite: Change, _ body: () async throws -> Void) async throws {
        try await make(change)
        do {
            try await body()
        } catch {
            try await make(opposite)
            throw error
        }
        try await make(opposite)
    }

    private func make(_ change: Change) async throws {
        switch change {
        case .command(let arguments): try await command(arguments).succeeded()
        case .run(let machine, let arguments): try await run(machine, arguments).succeeded()
        }
    }
}
