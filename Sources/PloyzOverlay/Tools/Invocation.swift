/// A program and its argument vector; never a shell string.
package struct Invocation: Hashable, Sendable {
    /// A name that is looked up in the system's directories, such as `ip`, or an absolute path.
    package let program: String
    package let arguments: [String]
    /// Standard input.
    package let input: String

    package init(_ program: String, _ arguments: [String], input: String = "") {
        self.program = program
        self.arguments = arguments
        self.input = input
    }

    /// `ip -batch -`: many changes in one process. It stops at the first that fails.
    static func ipBatch(_ lines: [IPCommand]) -> Invocation {
        Invocation("ip", ["-batch", "-"], input: IPCommand.batch(lines))
    }

    /// The same program in the network namespace of a process. nsenter becomes the program, so it is one process still.
    func inNetwork(of pid: Int32) -> Invocation {
        Invocation("nsenter", ["--net=/proc/\(pid)/ns/net", program] + arguments, input: input)
    }
}

/// One line for `ip -batch -`.
struct IPCommand: Hashable, Sendable, ExpressibleByArrayLiteral {
    let words: [String]

    init(_ words: [String]) { self.words = words }
    init(arrayLiteral words: String...) { self.words = words }

    /// Words with a space are quoted; none of ours has a quote or a line break in it, because all are made from
    /// addresses and validated names.
    static func batch(_ commands: [IPCommand]) -> String {
        commands.map { command in
            command.words.map { $0.contains(" ") ? "\"\($0)\"" : $0 }.joined(separator: " ") + "\n"
        }.joined()
    }
}
