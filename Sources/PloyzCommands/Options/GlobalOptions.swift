import ArgumentParser

/// What every command takes.
package struct GlobalOptions: ParsableArguments, Sendable {
    package static let defaultSocket = "/run/ployz/ployzd.sock"

    @Option(help: ArgumentHelp("The daemon's socket (environment: PLOYZ_SOCKET).", valueName: "path"))
    var socket: String?

    @Flag(help: "Print one JSON document, or one event a line.")
    var json = false

    @Flag(help: "Print compact text: fields separated by tabs, no headings.")
    var plain = false

    @Flag(name: .shortAndLong, help: "Print only errors.")
    var quiet = false

    @Flag(name: .customLong("no-color"), help: "Do not use colour (environment: NO_COLOR).")
    var noColor = false

    package init() {}

    package func validate() throws {
        guard [json, plain, quiet].count(where: { $0 }) <= 1 else {
            throw ValidationError("--json, --plain and --quiet exclude each other")
        }
    }

    func socketPath(_ environment: [String: String]) -> String {
        if let socket { return socket }
        if let path = environment["PLOYZ_SOCKET"], !path.isEmpty { return path }
        return Self.defaultSocket
    }

    var format: OutputFormat {
        if json { return .json }
        if plain { return .plain }
        return quiet ? .quiet : .people
    }
}
