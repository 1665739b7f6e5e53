package import ArgumentParser
package import PloyzAPI
import PloyzModel

/// `mesh init`: makes this machine the first of a new cluster.
package struct MeshInit: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Found a cluster on this machine.",
        usage: "ployzctl mesh init <name> [<options>]"
    )

    @Argument(help: "The cluster's name.", transform: { try ClusterName($0) })
    var name: ClusterName

    @Option(
        help: ArgumentHelp(
            "The network that every machine gets a /24 of; 10.101.0.0/16 unless told.",
            valueName: "network"
        ),
        transform: { try IPv4Network($0) }
    )
    var clusterCidr: IPv4Network?

    @OptionGroup var machine: NewMachineOptions
    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> MeshStatus {
        try await service.initializeMesh(
            MeshInitRequest(
                name: name,
                network: clusterCidr,
                machineName: machine.machineName,
                endpoint: machine.endpoint
            )
        )
    }
}
