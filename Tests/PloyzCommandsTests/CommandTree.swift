import ArgumentParser
import PloyzCommands

/// Every command, found by walking from the root: none can be forgotten.
enum CommandTree {
    struct Node: CustomStringConvertible, Sendable {
        let path: [String]
        let type: any ParsableCommand.Type

        var description: String { path.joined(separator: " ") }
        var isLeaf: Bool { type.configuration.subcommands.isEmpty }
        /// The name of its snapshot: `ployzctl-migrate-apply`.
        var snapshot: String { path.joined(separator: "-") }
    }

    static let all = nodes(Ployzctl.self, path: ["ployzctl"])
    static let leaves = all.filter(\.isLeaf)

    private static func nodes(_ type: any ParsableCommand.Type, path: [String]) -> [Node] {
        [Node(path: path, type: type)]
            + type.configuration.subcommands.flatMap { nodes($0, path: path + [$0._commandName]) }
    }
}
