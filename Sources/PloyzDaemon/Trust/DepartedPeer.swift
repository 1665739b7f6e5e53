import PloyzAPI
import PloyzMigration
import PloyzModel

/// A machine that was removed from the cluster, as the owner of a migration to it sees it: nothing can be done there, and
/// what is to be taken back there does not count any more.
struct DepartedPeer: Peer {
    let machine: MachineID

    func facts(_ question: TargetQuestion) async throws -> TargetFacts { throw gone }

    func prepare(_ request: PrepareRequest) async throws { throw gone }

    func ticket(_ request: TicketRequest) async throws -> TransferTicket { throw gone }

    func adopt(_ request: AdoptRequest) async throws { throw gone }

    func start(_ request: StartRequest) async throws -> StartReport { throw gone }

    /// What was committed there has left the records with the machine.
    func settle(_ request: SettleRequest) async throws {}

    func discard(_ request: DiscardRequest) async throws {}

    func follow(_ request: FollowRequest) async throws {}

    private var gone: PloyzError { .departed(MachinePlace(id: machine, name: MachineName(machine))) }
}

extension PloyzError {
    /// The machine was removed while something moved to it or from it.
    static func departed(_ machine: MachinePlace) -> PloyzError {
        PloyzError(.unknownMachine, "\(machine) was removed from the cluster", next: "ployzctl machine ls")
    }

    /// A machine that asks is not, or no longer, of the cluster.
    static func notAdmitted(_ machine: MachineID) -> PloyzError {
        PloyzError(
            .peerRefused,
            "the machine \(machine) is not, or no longer, of this cluster",
            state: "nothing was done"
        )
    }
}
