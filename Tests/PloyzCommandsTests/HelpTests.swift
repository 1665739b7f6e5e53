import ArgumentParser
import PloyzCommands
import Testing

@Suite("Help")
struct HelpTests {
    @Test("The help of every command, at 80 columns, is as recorded", arguments: CommandTree.all)
    func help(node: CommandTree.Node) throws {
        let text = Ployzctl.helpMessage(for: node.type, includeHidden: false, columns: 80)
        try Snapshot.check(text + "\n", "help/\(node.snapshot)")
        for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }

    @Test("Every recorded help belongs to a command")
    func noneIsLeft() throws {
        #expect(Set(try Snapshot.names(in: "help")) == Set(CommandTree.all.map(\.snapshot)))
    }

    @Test("Every command says in one sentence what it does", arguments: CommandTree.all)
    func abstracts(node: CommandTree.Node) {
        #expect(node.type.configuration.abstract.last == ".")
    }

    @Test("Every command that talks to the daemon takes the global options", arguments: CommandTree.leaves)
    func globalOptions(node: CommandTree.Node) {
        let help = Ployzctl.helpMessage(for: node.type, columns: 80)
        for option in ["--socket", "--json", "--plain", "-q, --quiet", "--no-color"] {
            #expect(help.contains(option), "\(option)")
        }
    }

    @Test("Help goes to standard output and exits with 0", arguments: [["--help"], ["migrate", "apply", "-h"], []])
    func exitStatus(arguments: [String]) async {
        let result = await Harness().run(arguments)
        #expect(result.status == 0)
        #expect(result.output.contains("USAGE"))
        #expect(result.errors.isEmpty)
    }

    @Test("Completion scripts are made for the shells", arguments: ["bash", "zsh", "fish"])
    func completion(shell: String) async {
        let result = await Harness().run(["--generate-completion-script", shell])
        #expect(result.status == 0)
        #expect(result.output.contains("render-manifest"))
    }
}
