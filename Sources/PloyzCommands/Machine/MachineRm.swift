package import ArgumentParser
package import PloyzAPI
import PloyzMigration
import PloyzModel

/// `machine rm`.
package struct MachineRm: DaemonCommand {
    package static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Take a machine out of the cluster.",
        usage: "ployzctl machine rm <machine> [--force] [--yes-lose <volume>] [<options>]",
        discussion: """
            Refused while anything lives there; what is in the way is named. The machine is cut off at once. --force is \
            for a machine that is dead: what only it had is lost, and told before.
            """
    )

    @Argument(help: "ID, name or any address of the machine.")
    var machine: String

    @Flag(help: "The machine is dead: give up what is on it.")
    var force = false

    @Option(
        name: .customLong("yes-lose"),
        help: ArgumentHelp("A volume whose loss is accepted; once for each.", valueName: "namespace/volume"),
        transform: { try VolumeRef($0) }
    )
    var yesLose: [VolumeRef] = []

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func validate() throws {
        guard force || yesLose.isEmpty else { throw ValidationError("--yes-lose goes with --force") }
    }

    package func run(_ service: any OperatorService, _ console: Console) async throws {
        let accepted = force && yesLose.isEmpty ? try await ask(service, console) : yesLose
        let request = MachineRemovalRequest(machine: machine, force: force, yesLose: accepted)
        try console.show(try await service.removeMachine(request))
    }

    /// The volumes that are given up, when somebody at the terminal says so. Elsewhere none: the daemon then names those
    /// that must be named.
    private func ask(_ service: any OperatorService, _ console: Console) async throws -> [VolumeRef] {
        guard console.canAsk else { return [] }
        let preview = try await service.removeMachine(
            MachineRemovalRequest(machine: machine, force: true, isPreview: true)
        )
        guard !preview.lostVolumes.isEmpty else { return [] }
        let question = (["\(preview.machine) is the only machine with this data:"] + preview.lossLines)
            .joined(separator: "\n")
        let answer = console.ask("\(question)\nType the machine's name to lose it: ")
        guard answer == preview.machine.name.text else {
            throw PloyzError(.notConfirmed, "the machine's name was not typed, so nothing was done")
        }
        return preview.lostVolumes.map(\.volume)
    }
}
