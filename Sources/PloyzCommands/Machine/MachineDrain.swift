package import ArgumentParser
package import PloyzAPI
import PloyzMigration
import PloyzModel

/// `machine drain`: nothing new on a machine; with `--migrate` nothing at all; with `--return` what that moved, again.
package struct MachineDrain: DaemonCommand {
    package static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Take nothing new on a machine; with --migrate, move away what is there.",
        usage: "ployzctl machine drain <machine> [--migrate | --return] [<options>]",
        discussion: """
            The drain goes on when this command is interrupted, and when machines restart: the same command follows it \
            again. What cannot move is named with its reason and does not stop the rest. 'machine activate' ends a drain \
            after the migrations that run.
            """
    )

    @Argument(help: "ID, name or any address of the machine.")
    var machine: String

    @Flag(help: "Move everything on the machine to others.")
    var migrate = false

    @Flag(name: .customLong("return"), help: "Make the machine active and bring home what drains moved off it.")
    var isReturn = false

    @Flag(help: "Show the plan and change nothing.")
    var dryRun = false

    @Option(help: ArgumentHelp("Only to this machine; may be given several times.", valueName: "machine"))
    var to: [String] = []

    @Option(help: ArgumentHelp("How many migrations may run at once, 1 to 8; 2 unless told.", valueName: "count"))
    var parallel: Int?

    @OptionGroup var limits: LimitOptions

    @Flag(help: "Begin the drain and return at once.")
    var detach = false

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func validate() throws {
        if migrate, isReturn { throw ValidationError("--migrate and --return exclude each other") }
        if dryRun, detach { throw ValidationError("--dry-run and --detach exclude each other") }
        if isReturn, !to.isEmpty { throw ValidationError("--return goes to the machine itself: --to has no meaning") }
        if let parallel, !DrainOrder.parallelRange.contains(parallel) {
            throw ValidationError("--parallel is 1 to \(DrainOrder.parallelRange.upperBound)")
        }
        let isPlain = !migrate && !isReturn
        let moves = dryRun || detach || !to.isEmpty || parallel != nil || limits.limits != MigrationLimits()
        if isPlain, moves { throw ValidationError("without --migrate or --return nothing is moved") }
    }

    package func run(_ service: any OperatorService, _ console: Console) async throws {
        guard migrate || isReturn else {
            let request = LifecycleRequest(machine: machine, lifecycle: .draining)
            return try console.show(try await service.setLifecycle(request))
        }
        let request = DrainRequest(
            machine: machine,
            isReturn: isReturn,
            targets: to,
            parallel: parallel,
            limits: limits.limits
        )
        if dryRun { return try console.show(try await service.previewDrain(request)) }
        let session = DrainSession(service: service, console: console, context: .current)
        try await session.run(request, detach: detach)
    }
}
