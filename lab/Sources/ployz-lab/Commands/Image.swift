import ArgumentParser
import LabKit

struct Image: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Images of workloads, built offline, and of guests.",
        subcommands: [Build.self, Guests.self]
    )

    struct Guests: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Build what guests boot from, unless it is there, and print its directory.",
            discussion: "'lab up --kind vm' does so by itself."
        )

        func run() throws {
            print(try GuestImage.ready(recipe: Programs.recipe(tools: Programs.directory())).directory)
        }
    }

    struct Build: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Build an image from Debian's packages, load it into machines, and print its ID.",
            discussion: """
                redis: redis-server, redis-cli and busybox; users root and redis (999). web: busybox, whose httpd \
                serves /www on port 80. postgres: Debian's postgresql-15 and busybox; users root and postgres (999); \
                stopped by SIGINT. All are tagged ployz-lab/<workload>:latest. The ID is the same on every \
                machine.
                """
        )

        @OptionGroup var options: LabOptions

        @Argument(help: "postgres, redis or web.")
        var workload: WorkloadImage

        @Option(help: "A machine that gets it; may be given several times. Default: all.")
        var machine: [MachineName] = []

        func run() throws {
            let lab = try options.lab()
            let machines = machine.isEmpty ? try lab.machines() : try machine.map(lab.machine)
            let directory = "\(lab.paths.state)/image-\(workload.rawValue)"
            var identifier = ""
            try LabLock.hold(lab.paths) {
                lab.markChildren()
                identifier = try workload.build(in: directory, for: machines.map { try $0.shell() })
            }
            print(identifier)
        }
    }
}

extension WorkloadImage: ExpressibleByArgument {}
