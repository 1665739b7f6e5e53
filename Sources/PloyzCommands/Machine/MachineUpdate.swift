package import ArgumentParser
package import PloyzAPI
import PloyzModel

/// `machine update`.
package struct MachineUpdate: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Set and remove labels of a machine.",
        usage: "ployzctl machine update <machine> [--label <name=value>] [<options>]",
        discussion: "'machine ls --json' shows them. At most 64."
    )

    @Argument(help: "ID, name or any address of the machine.")
    var machine: String

    @Option(
        name: .customLong("label"),
        help: ArgumentHelp("A label to set; may be repeated.", valueName: "name=value"),
        transform: { try Self.label($0) }
    )
    var labels: [Label] = []

    @Option(
        name: .customLong("remove-label"),
        help: ArgumentHelp("A label to remove; may be repeated.", valueName: "name")
    )
    var removedLabels: [String] = []

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func validate() throws {
        guard !labels.isEmpty || !removedLabels.isEmpty else {
            throw ValidationError("--label or --remove-label is needed")
        }
    }

    package func answer(from service: any OperatorService) async throws -> MachineLabels {
        try await service.updateMachine(
            MachineUpdateRequest(
                machine: machine,
                labels: Dictionary(labels.map { ($0.name, $0.value) }) { _, last in last },
                removedLabels: removedLabels
            )
        )
    }

    struct Label: Hashable, Sendable {
        let name: String
        let value: String
    }

    private static func label(_ text: String) throws -> Label {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw ValidationError("'\(text)' is not name=value")
        }
        return Label(name: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
    }
}
