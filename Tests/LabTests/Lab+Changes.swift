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
        try await make(change).succeeded()
        do {
            try await body()
        } catch {
            try await takeBack(opposite)
            throw error
        }
        try await takeBack(opposite)
    }

    private func make(_ change: Change) async throws -> ProgramResult {
        switch change {
        case .command(let arguments): try await command(arguments)
        case .run(let machine, let arguments): try await run(machine, arguments)
        }
    }

    /// zfs-fuse calls a dataset busy for a while after it was used.
    private func takeBack(_ opposite: Change) async throws {
        try await wait(for: "\(opposite)", within: 10) { try await make(opposite).status == 0 }
    }
}
