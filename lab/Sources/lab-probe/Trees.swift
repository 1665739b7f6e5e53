import ArgumentParser
import ProbeKit

struct TreeMake: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tree-make",
        abstract: "Make a directory of everything that a copy of a file system may get wrong.",
        discussion: """
            Awkward names, sparse files, hard and symbolic links, a FIFO, extended attributes where the file system \
            takes them, owners, modes, empty and deep directories, small files. The same every time. The directory \
            must not exist.
            """
    )

    @Argument(completion: .directory) var directory: String

    @Option(help: "How many small files.")
    var small = 20000

    func validate() throws {
        guard (0...10_000_000).contains(small) else {
            throw ValidationError("--small: \(small) is not in 0 to 10000000")
        }
    }

    private struct Report: Encodable {
        var entries: Int
        var xattrs: Bool
    }

    func run() throws {
        var tree = AwkwardTree(root: BytePath(directory), small: small)
        try tree.make()
        try Output.json(Report(entries: tree.entries, xattrs: tree.hasAttributes))
    }
}

struct TreeBlocksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tree-blocks",
        abstract:
            "Print a line for each block of each file below a directory: its hash, its bytes, its file and place.",
        discussion: "Two such lists tell how much of a tree changed between them. Names that are no UTF-8 are replaced."
    )

    @Argument(completion: .directory) var directory: String

    @Option(help: "Bytes of a block.")
    var block = 131_072

    func validate() throws {
        guard (512...(1 << 24)).contains(block) else {
            throw ValidationError("--block: \(block) is not in 512 to 16777216")
        }
    }

    func run() throws {
        try TreeBlocks(of: BytePath(directory), block: block).forEach { print($0) }
    }
}

struct TreeHashCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tree-hash",
        abstract: "Print one hash over a directory and all below it.",
        discussion: """
            Names, types, modes, owners, sizes, contents, link targets, hard links, extended attributes where they \
            can be read, modification times in seconds. Holes and times of access are not part of it.
            """
    )

    @Argument(completion: .directory) var directory: String

    func run() throws {
        print(try TreeHash.of(BytePath(directory)))
    }
}
