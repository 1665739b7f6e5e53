package import ArgumentParser
import PloyzModel

/// The root of the commands: everything that ployzctl can do is listed here and in the lists of its groups.
package struct Ployzctl: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "ployzctl",
        abstract: "Move running containers and their volumes between the machines of a cluster.",
        discussion: """
            Talks to the daemon of this machine. Exit status: 0 done; 1 failed, the workload is where it was; \
            2 usage; 3 a precondition failed, nothing was touched; 4 committed, cleanup pending; 5 the daemon \
            could not be reached or the outcome is not known yet.
            """,
        version: Version.current,
        subcommands: [
            Mesh.self, Machine.self, StatusCommand.self, Deploy.self, Service.self, Volume.self, Migrate.self,
            Store.self, DoctorCommand.self, VersionCommand.self,
        ]
    )

    package init() {}
}
