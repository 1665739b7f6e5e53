extension OperatorClient {
    package func removeMachine(_ request: MachineRemovalRequest) async throws -> MachineRemoval {
        try await channel.call(.removeMachine, request)
    }

    package func renameMachine(_ request: MachineRenameRequest) async throws -> MachineRenaming {
        try await channel.call(.renameMachine, request)
    }

    package func updateMachine(_ request: MachineUpdateRequest) async throws -> MachineLabels {
        try await channel.call(.updateMachine, request)
    }

    package func roundTrips(_ request: RoundTripRequest) async throws -> RoundTripMatrix {
        try await channel.call(.roundTrips, request)
    }
}
