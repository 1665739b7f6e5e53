import Foundation
import PloyzAPI
import PloyzAPITestSupport
import PloyzCommands
import PloyzMigration
import PloyzModel
import Testing

@Suite("Output")
struct OutputTests {
    private static let apply = ["migrate", "apply", "shop/redis", "--to", "m2"]

    @Test("Every command has a case here")
    func complete() {
        let cases = Set(CommandCase.all.map { "ployzctl \($0.path)" })
        #expect(cases == Set(CommandTree.leaves.map(\.description)))
    }

    @Test("What people read is as recorded", arguments: CommandCase.all)
    func people(command: CommandCase) async throws {
        let result = await Harness().run(command.arguments, input: CommandCase.manifest)
        #expect(result.status == 0)
        #expect(result.errors.isEmpty)
        try Snapshot.check(result.output, "output/\(command.snapshot)")
    }

    @Test("What --plain prints is as recorded, without headings or colour", arguments: CommandCase.all)
    func plain(command: CommandCase) async throws {
        let arguments = command.arguments + ["--plain"]
        let result = await Harness().run(arguments, input: CommandCase.manifest, isTerminal: true)
        #expect(result.status == 0)
        #expect(!result.output.contains("\u{1B}"))
        try Snapshot.check(result.output, "plain/\(command.snapshot)")
    }

    @Test("--quiet prints nothing", arguments: CommandCase.all)
    func quiet(command: CommandCase) async {
        let result = await Harness().run(command.arguments + ["-q"], input: CommandCase.manifest)
        #expect(result.status == 0)
        #expect(result.output.isEmpty)
        #expect(result.errors.isEmpty)
    }

    @Test("--json is one document of the published type", arguments: CommandCase.documents)
    func document(command: CommandCase) async throws {
        let result = await Harness().run(command.arguments + ["--json"], input: CommandCase.manifest)
        #expect(result.status == 0)
        try command.decode(Data(result.output.utf8))
    }

    @Test("--json of apply and watch is one event a line, the last with the report", arguments: CommandCase.streams)
    func events(command: CommandCase) async throws {
        let result = await Harness().run(command.arguments + ["--json"])
        let lines = result.output.split(separator: "\n")
        let notices = try lines.map { try DocumentForm.decode(MigrationNotice.self, from: Data($0.utf8)) }
        #expect(notices == Samples.notices)
        #expect(notices.last?.report?.outcome == .migrated)
    }

    @Test("A move to where it is already says so and does nothing more")
    func alreadyThere() async throws {
        let harness = Harness(FakeOperatorService(start: Samples.alreadyThere))
        let result = await harness.run(Self.apply)
        #expect(result.status == 0)
        #expect(result.output == "shop/redis/0: already on m2\n")
        let json = await harness.run(Self.apply + ["--json"])
        #expect(try DocumentForm.decode(MigrationStart.self, from: Data(json.output.utf8)) == Samples.alreadyThere)
        #expect(!harness.service.calls.contains { $0.contains("/events") })
    }

    @Test("A second migration of the same service attaches to the first, and says so")
    func attached() async {
        let result = await Harness(FakeOperatorService(start: Samples.attached)).run(Self.apply)
        #expect(result.status == 0)
        #expect(result.errors == "note: shop/redis/0 is moving to m2 already; following op-00000000000000aa\n")
    }

    @Test("--detach prints the operation and does not wait")
    func detach() async throws {
        let harness = Harness()
        let result = await harness.run(Self.apply + ["--detach", "--json"])
        #expect(try DocumentForm.decode(MigrationStart.self, from: Data(result.output.utf8)) == Samples.start)
        #expect(!harness.service.calls.contains { $0.contains("/events") })
    }

    @Test("deploy of a manifest with a move follows it as apply does", arguments: [["--json"], []])
    func deployFollows(format: [String]) async {
        let moved = DeployResult(namespace: Samples.redis.namespace, changes: [], migrations: [Samples.start])
        let harness = Harness(FakeOperatorService(deployed: moved))
        let deployed = await harness.run(["deploy", "-f", "-"] + format, input: "{}")
        let applied = await harness.run(Self.apply + format)
        #expect(deployed.output.hasSuffix(applied.output))
        #expect(harness.service.calls.contains { $0.contains(#""format":"json""#) })
    }

    @Test("Text from elsewhere cannot steer the terminal")
    func controlCharacters() async {
        let hostile = PloyzError(ErrorCode("x", exitStatus: 3), "a\u{1B}[2Jb\u{7}\nc")
        let result = await Harness(FakeOperatorService(failure: hostile)).run(["status"])
        #expect(result.errors == "error[x]: a?[2Jb?\n  c\nstate: nothing was touched\n")
    }

    @Test("Colour is off unless standard output is a terminal, and with NO_COLOR or --no-color")
    func colour() async {
        let harness = Harness()
        let list = ["machine", "ls"]
        let on = await harness.run(list, isTerminal: true)
        #expect(on.output.contains("\u{1B}[1m"))
        let results = [
            await harness.run(list),
            await harness.run(list + ["--no-color"], isTerminal: true),
            await harness.run(list, environment: ["NO_COLOR": "1"], isTerminal: true),
        ]
        for result in results { #expect(!result.output.contains("\u{1B}")) }
    }
}
