import ArgumentParser
import LabKit
import Posix

/// Which lab a command is about.
struct LabOptions: ParsableArguments {
    @Option(help: "The lab. Default: PLOYZ_LAB_NAME in the environment, else 'lab'.")
    var name: LabName?

    /// - Throws: `ValidationError` when the environment names no possible lab.
    func lab() throws -> Lab {
        if let name { return Lab(name) }
        let text = Environment.value("PLOYZ_LAB_NAME") ?? "lab"
        guard let name = LabName(text) else { throw ValidationError("PLOYZ_LAB_NAME: '\(text)' is no name of a lab") }
        return Lab(name)
    }
}

extension LabName: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension MachineName: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
