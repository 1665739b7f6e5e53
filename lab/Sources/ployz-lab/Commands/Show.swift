import ArgumentParser
import Glibc
import LabKit
import Posix

struct List: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "ls", abstract: "List the labs of this host.")

    func run() throws {
        for name in Lab.all() {
            let lab = Lab(name)
            let record = try? lab.record()
            let running = try record?.machines.filter { machine in
                try lab.machine(machine).shellIfRunning() != nil
            }
            let kind = record?.kind.rawValue ?? "unknown"
            print("\(name)\t\(kind)\t\(running?.count ?? 0) of \(record?.count ?? 0) running")
        }
    }
}

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show the machines of a lab and what runs on them.")

    @OptionGroup var options: LabOptions

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() throws {
        let status = try LabStatus(options.lab())
        print(json ? try JSONFile.text(status) : status.table())
    }
}

struct Logs: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the logs of a machine: lab logs m1 ployzd",
        discussion: "They lie in /var/log/lab of the machine; those of a guest are in its journal."
    )

    @OptionGroup var options: LabOptions

    @Argument var machine: MachineName

    @Argument(help: "One log: ployzd, dockerd, containerd, zfs-fuse, zpool, network, boot or holder. Default: all.")
    var process: String?

    @Flag(name: .shortAndLong, help: "Go on as they grow.")
    var follow = false

    func run() throws {
        let lab = try options.lab()
        let arguments = try lab.machine(machine).logs(of: process, follow: follow)
        let tail = try ChildProcess.spawn(arguments)
        var status: Int32 = 0
        while waitpid(tail.pid, &status, 0) < 0 && errno == EINTR {}
        throw ExitCode(ExitStatus(waitStatus: status).shellCode)
    }
}
