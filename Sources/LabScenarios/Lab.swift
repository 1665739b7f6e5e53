package import Foundation
package import PloyzAPI

/// A lab that this scenario has started, and its machines.
package struct Lab: Sendable {
    package let name: String
    package let kind: LabKind
    /// The checkout that the lab and the programs come from.
    package let checkout: URL
    /// Where ledgers and reports go: on the host, outside every machine.
    package let scratch: URL

    /// Builds the lab when its sources are newer, then runs it.
    private var wrapper: URL { checkout.appending(path: "lab/lab") }
    /// What the wrapper has built.
    private var lab: URL { checkout.appending(path: "lab/.build/debug/ployz-lab") }

    private init(name: String, kind: LabKind, checkout: URL) {
        self.name = name
        self.kind = kind
        self.checkout = checkout
        scratch = Self.shared(with: checkout).appending(path: name)
    }

    /// A directory that the host and every machine of kind netns see under one path. Such a machine has its own `/tmp`, `/var`, `/run`,
    /// `/mnt` and `/etc`, so a checkout below one of them is not.
    private static func shared(with checkout: URL) -> URL {
        let own = ["/tmp/", "/var/", "/run/", "/mnt/", "/etc/", "/dev/"]
        let path = checkout.resolvingSymlinksInPath().path + "/"
        guard own.contains(where: path.hasPrefix) else { return checkout.appending(path: ".build/scenarios") }
        return URL(filePath: "/srv/ployz-scenarios")
    }

    /// Takes down what an earlier run left, brings `machines` machines up and joins them into one cluster unless told
    /// otherwise; bare ones have no Ployz at all. When that fails it is left as it is; ``down()`` removes it.
    package static func up(
        name: String,
        kind: LabKind = .netns,
        machines: Int,
        checkout: URL,
        poolSize: String = "8G",
        cluster: Bool = true,
        isBare: Bool = false,
        programs: [URL] = []
    ) async throws -> Lab {
        let lab = Lab(name: name, kind: kind, checkout: checkout)
        try await lab.down()
        try FileManager.default.createDirectory(at: lab.scratch, withIntermediateDirectories: true)
        let options =
            ["--kind", kind.rawValue, "-n", String(machines), "--pool-size", poolSize]
            + (cluster ? [] : ["--no-cluster"]) + (isBare ? ["--no-daemon"] : [])
            + programs.flatMap { ["--program", $0.path] }
        // The first lab of guests on a host builds their image.
        try await lab.command(["up"] + options, within: 600).succeeded()
        return lab
    }

    /// A lab that is up, or was.
    package static func named(_ name: String, kind: LabKind = .netns, checkout: URL) -> Lab {
        Lab(name: name, kind: kind, checkout: checkout)
    }

    /// Leaves nothing behind.
    package func down() async throws {
        try await Program(wrapper, ["down", "--name", name]).run(input: nil, within: 600).succeeded()
        if FileManager.default.fileExists(atPath: scratch.path) { try FileManager.default.removeItem(at: scratch) }
    }

    /// Copies the machines' logs to `.build/lab-logs/<lab>`, or to a directory of that one, where they outlive the lab.
    package func saveLogs(of machines: [String], as directoryName: String = ".") async throws {
        let directory = checkout.appending(path: ".build/lab-logs/\(name)/\(directoryName)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        for machine in machines {
            let logs = try await command(["logs", machine])
            try logs.output.write(to: directory.appending(path: "\(machine).log"))
        }
    }

    /// A command of the lab itself: `kill m1 ployzd`, `image build redis`.
    ///
    /// - Parameter seconds: after which it is ended, times the kind's patience; so in every call below.
    @discardableResult
    package func command(
        _ arguments: [String],
        input: Data? = nil,
        within seconds: Int = 180
    ) async throws -> ProgramResult {
        // `image build redis` has its options behind the verbs.
        let verbs = arguments.first == "image" ? 2 : 1
        let named = Array(arguments.prefix(verbs)) + ["--name", name]
        return try await Program(lab, named + arguments.dropFirst(verbs))
            .run(input: input, within: seconds * kind.patience)
    }

    /// A command in a machine.
    package func run(
        _ machine: String,
        _ arguments: [String],
        input: Data? = nil,
        within seconds: Int = 300
    ) async throws -> ProgramResult {
        try await Program(lab, ["exec", "--name", name, machine, "--"] + arguments)
            .run(input: input, within: seconds * kind.patience)
    }

    /// A command that is killed in the machine after so many seconds times the kind's patience: its status is then 137,
    /// and not what ``Program`` takes for a time-out of its own.
    package func bounded(_ seconds: Int, _ command: [String]) -> [String] {
        ["timeout", "--signal=KILL", String(seconds * kind.patience)] + command
    }

    /// `ployzctl` in a machine.
    package func ctl(_ machine: String, _ arguments: [String], input: Data? = nil) async throws -> ProgramResult {
        try await run(machine, ["ployzctl"] + arguments, input: input)
    }

    /// `ployzctl … --json` in a machine, decoded into the published type.
    package func document<Value: Document>(
        _ type: Value.Type,
        _ machine: String,
        _ arguments: [String],
        input: Data? = nil
    ) async throws -> Value {
        let result = try await ctl(machine, arguments + ["--json"], input: input).succeeded()
        return try DocumentForm.decode(type, from: result.output)
    }

    /// A command of the lab itself that goes on in the background.
    package func startCommand(_ arguments: [String], output: URL) throws -> BackgroundProgram {
        let named = Array(arguments.prefix(1)) + ["--name", name] + arguments.dropFirst()
        return try BackgroundProgram(lab, named, output: output)
    }

    /// A command in a machine that goes on in the background.
    ///
    /// - Parameter errors: a file for what it prints on its standard error; nil leads to the caller's.
    package func start(
        _ machine: String,
        _ arguments: [String],
        output: URL,
        errors: URL? = nil
    ) throws -> BackgroundProgram {
        try BackgroundProgram(
            lab,
            ["exec", "--name", name, machine, "--"] + arguments,
            output: output,
            errors: errors
        )
    }
}
