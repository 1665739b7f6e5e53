import ArgumentParser

@main
struct LabProbe: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab-probe",
        abstract: "Sees what clients of a service see, and what a copy of its files is worth.",
        subcommands: [
            Write.self, Commits.self, Ping.self, Keep.self, Flood.self, HTTP.self,
            Verify.self, Proxy.self, Present.self, TreeMake.self,
            TreeHashCommand.self, TreeBlocksCommand.self,
        ]
    )
}
