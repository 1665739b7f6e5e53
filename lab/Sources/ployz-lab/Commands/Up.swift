import ArgumentParser
import Glibc
import LabKit
import Posix

struct Up: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start machines, and form a cluster of them.",
        discussion: "A lab that fails to come up is left as it is for inspection; 'lab down' removes it."
    )

    @OptionGroup var options: LabOptions

    @Option(name: .short, help: "How many machines: 1 to 200.")
    var n = 3

    @Option(help: "What a machine is: netns (namespaces of this host) or vm (a QEMU guest).")
    var kind = MachineKind.netns

    @Option(help: "The directory of ployzd and ployzctl. Default: .build/debug of the repository.")
    var bin: String?

    @Option(help: "Of kind vm: the Debian package. Default: what 'scripts/package' built last.")
    var package: String?

    @Option(
        help:
            "Of kind vm: a program that guests find in their PATH, with its Swift libraries; may be given several times."
    )
    var program: [String] = []

    @Flag(help: "Start ployzd, but form no cluster.")
    var noCluster = false

    @Flag(help: "Start no ployzd.")
    var noDaemon = false

    @Option(help: "The size of each machine's pool; the file is sparse.")
    var poolSize = "8G"

    func validate() throws {
        guard (1...MachineName.limit).contains(n) else {
            throw ValidationError("-n: \(n) is not in 1 to \(MachineName.limit)")
        }
        guard poolSize.wholeMatch(of: /[1-9][0-9]*[MGT]/) != nil else {
            throw ValidationError("--pool-size: '\(poolSize)' is not a number with M, G or T")
        }
    }

    func run() throws {
        let began = Clock.monotonic()
        let lab = try options.lab()
        let record = try makeRecord(lab)
        try LabLock.hold(lab.paths) {
            lab.markChildren()
            try lab.lay(record)
            for machine in try lab.machines() { try machine.makeDisk(record) }
            try lab.boot(record.machines)
            if record.daemon && !noCluster { try ClusterFormation(lab: lab, record: record).run() }
        }
        let seconds = Double(Clock.monotonic() - began) / 1e9
        let tenths = (seconds * 10).rounded() / 10
        print("lab \(lab.paths.lab): \(record.machines.map(\.description).joined(separator: " ")) up in \(tenths) s")
    }

    private func makeRecord(_ lab: Lab) throws -> LabRecord {
        let tools = try Programs.directory()
        let bin = bin ?? Programs.defaultBin(tools: tools)
        let resolved = Files.resolve(bin) ?? bin
        if !noDaemon && kind == .netns {
            for program in ["ployzd", "ployzctl"] where !Files.exists("\(resolved)/\(program)") {
                throw LabError(
                    "\(resolved) has no \(program)",
                    next: "build it, or name its directory with --bin, or go without it with --no-daemon"
                )
            }
        }
        return LabRecord(
            name: "\(lab.paths.lab)",
            kind: kind,
            count: n,
            bin: resolved,
            tools: tools,
            poolSize: poolSize,
            daemon: !noDaemon,
            guests: kind == .vm ? try guests(tools: tools) : nil
        )
    }

    private func guests(tools: String) throws -> LabRecord.GuestSettings {
        // Without ployzd it lies ready in the guest all the same.
        let package =
            try package
            ?? (noDaemon ? try? Programs.defaultPackage(tools: tools) : Programs.defaultPackage(tools: tools))
        if let package, !Files.exists(package) { throw LabError("there is no package \(package)") }
        let image = try GuestImage.ready(recipe: Programs.recipe(tools: tools))
        return LabRecord.GuestSettings(
            image: image.directory,
            accelerator: GuestAccelerator.ofHost(for: image),
            package: package.flatMap(Files.resolve),
            programs: try program.map { path in
                guard let resolved = Files.resolve(path) else { throw LabError("there is no program \(path)") }
                return resolved
            }
        )
    }
}

extension MachineKind: ExpressibleByArgument {}
