package import Foundation
package import PloyzAPI

/// A lab that this scenario has started, and its machines.
package struct Lab: Sendable {
    package let name: String
    /// The checkout that the lab and the programs come from.
    package let checkout: URL
    /// Where ledgers and reports go: on the host, outside every machine.
    package let scratch: URL

    private var lab: URL { checkout.appending(path: "lab/lab") }

    private init(name: String, checkout: URL) {
        self.name = name
        self.checkout = checkout
        scratch = checkout.appending(path: ".build/scenarios/\(name)")
    }

    /// Takes down what an earlier run left, brings `machines` machines up and joins them into one cluster.
    package static func up(name: String, machines: Int, checkout: URL, poolSize: String = "8G") async throws -> Lab {
        let lab = Lab(name: name, checkout: checkout)
        try await lab.down()
        try FileManager.default.createDirectory(at: lab.scratch, withIntermediateDirectories: true)
        try await lab.command(["up", "-n", String(machines), "--pool-size", poolSize]).succeeded()
        return lab
    }

    /// Leaves nothing behind.
    package func down() async throws {
        try await command(["down"]).succeeded()
        if FileManager.default.fileExists(atPath: scratch.path) { try FileManager.default.removeItem(at: scratch) }
    }

    /// A command of the lab itself: `kill m1 ployzd`, `image build redis`.
    @discardableResult
    package func command(_ arguments: [String], input: Data? = nil) async throws -> ProgramResult {
        let verb = Array(arguments.prefix(1)) + ["--name", name]
        return try await Program(lab, verb + arguments.dropFirst()).run(input: input)
    }

    /// A command in a machine.
    package func run(_ machine: String, _ arguments: [String], input: Data? = nil) async throws -> ProgramResult {
        try await Program(lab, ["exec", "--name", name, machine, "--"] + arguments).run(input: input)
    }

    /// `ployzctl` in a machine.
    package func ctl(_ machine: String, _ arguments: [String], input: Data? = nil) async throws -> ProgramResult {
        try await run(machine, ["ployzctl"] + arguments, input: input)
    }

    /// `ployzctl … --json` in a machine, decoded into the published type.
    package func document<Value: Document>(
        _ type: Value.Type, _ machine: String, _ arguments: [String], input: Data? = nil
    ) async throws -> Value {
        let result = try await ctl(machine, arguments + ["--json"], input: input).succeeded()
        return try DocumentForm.decode(type, from: result.output)
    }

    /// A command in a machine that goes on in the background.
    package func start(_ machine: String, _ arguments: [String], output: URL) throws -> BackgroundProgram {
        try BackgroundProgram(lab, ["exec", "--name", name, machine, "--"] + arguments, output: output)
    }
}
