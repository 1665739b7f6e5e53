import ArgumentParser
import FoundationEssentials
import Glibc
import LabKit
import Posix

struct Live: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watch on which machines an instance runs and is reached: lab live shop/redis/0",
        discussion: """
            Looks every few milliseconds at cgroups and links, from outside the machines (in guests by a program of the \
            lab, whose clock is compared with the host's), and prints a JSON document \
            for each change: the state on each machine (absent, sealed, open), and those on which it was open at the \
            same moment. Goes on until SIGTERM or SIGINT, or until the lab is gone.
            """
    )

    @OptionGroup var options: LabOptions

    @Argument(help: "namespace/service/index")
    var instance: String

    @Option(help: "Milliseconds between two looks, 1 to 1000.")
    var intervalMs: UInt32 = 4

    func validate() throws {
        guard instance.split(separator: "/").count == 3 else {
            throw ValidationError("'\(instance)' is not namespace/service/index")
        }
        guard (1...1000).contains(intervalMs) else {
            throw ValidationError("--interval-ms: \(intervalMs) is not in 1 to 1000")
        }
    }

    func run() throws {
        let name = "ployz." + instance.split(separator: "/").joined(separator: ".")
        // A caller may have blocked the signals that end this.
        var none = sigset_t()
        sigemptyset(&none)
        sigprocmask(SIG_SETMASK, &none, nil)
        let lab = try options.lab()
        var watch: any LiveWatch =
            switch try lab.requireRecord().kind {
            case .netns:
                try NamespaceWatch(lab, container: name, instance: instance, interval: intervalMs)
            case .vm:
                // A look takes an emulated guest some 4 ms of its processor.
                try GuestWatch(lab, container: name, instance: instance, interval: max(intervalMs, 100))
            }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        while Files.exists(lab.paths.record) {
            for sight in try watch.changes() { print(String(decoding: try encoder.encode(sight), as: UTF8.self)) }
            // Whoever reads the file must not wait for a full buffer.
            guard fflush(nil) == 0 else { return }
        }
    }
}

/// What ``Live`` runs in each guest.
struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: LiveReport.subcommand, shouldDisplay: false)

    @Argument var container: String

    @Argument var instance: String

    @Option var intervalMs: UInt32 = 20

    func run() { LiveReport.run(container: container, instance: instance, interval: intervalMs) }
}
