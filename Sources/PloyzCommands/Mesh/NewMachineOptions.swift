import ArgumentParser
import PloyzModel

/// How a machine that becomes part of a cluster is known in it.
package struct NewMachineOptions: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp("This machine's name in the cluster; its host name unless told.", valueName: "name"),
        transform: { try MachineName($0) }
    )
    var machineName: MachineName?

    @Option(
        help: ArgumentHelp(
            "The address, and port if need be, at which other machines reach this one.",
            valueName: "address[:port]"
        )
    )
    var endpoint: String?

    package init() {}
}
