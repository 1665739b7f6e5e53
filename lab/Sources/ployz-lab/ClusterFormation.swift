import FoundationEssentials
import LabKit
import Posix

/// Makes a cluster of machines whose `ployzd` runs: the first founds it, each other joins by an invitation.
struct ClusterFormation {
    let lab: Lab
    let record: LabRecord

    private struct Invitation: Decodable {
        var token: String
    }

    func run() throws {
        guard let founder = record.machines.first else { return }
        try ctl(founder, ["mesh", "init", record.name]).run()
        for machine in record.machines.dropFirst() {
            let document = try ctl(founder, ["machine", "invite", "create", "--json"]).output()
            let token = try JSONDecoder().decode(Invitation.self, from: Data(document.utf8)).token
            try ctl(machine, ["mesh", "join", "--token", token]).run()
        }
    }

    private func ctl(_ machine: MachineName, _ arguments: [String]) throws -> Command {
        let shell = try lab.machine(machine).shell()
        return shell.command([shell.ployzctl] + arguments, timeout: 180)
    }
}
