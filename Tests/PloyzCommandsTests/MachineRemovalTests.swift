import PloyzAPI
import PloyzAPITestSupport
import PloyzModel
import Testing

@Suite("machine rm")
struct MachineRemovalTests {
    private static let force = ["machine", "rm", "m2", "--force"]

    @Test("Whoever sits at a terminal is told what is lost, and loses it by typing the machine's name")
    func asked() async {
        let harness = Harness(answer: "m2")
        let result = await harness.run(Self.force, isTerminal: true)
        #expect(result.status == 0)
        #expect(harness.questions.count == 1)
        #expect(harness.questions.first?.contains("shop/bulk: size unknown, no previous copy elsewhere") == true)
        #expect(harness.service.calls.last?.contains(#""yes_lose":["shop/data","shop/bulk"]"#) == true)
    }

    @Test("Another answer changes nothing", arguments: ["", "y", "yes", "m1"])
    func notConfirmed(answer: String) async {
        let harness = Harness(answer: answer)
        let result = await harness.run(Self.force, isTerminal: true)
        #expect(result.status == 2)
        #expect(result.errors.contains("error[not-confirmed]"))
        #expect(harness.service.calls.count == 1)
        #expect(harness.service.calls.first?.contains(#""is_preview":true"#) == true)
    }

    @Test("Nobody is asked elsewhere, or when the volumes are named", arguments: [[], ["--yes-lose", "shop/data"]])
    func notAsked(named: [String]) async {
        let harness = Harness(answer: named.isEmpty ? nil : "no")
        let result = await harness.run(Self.force + named)
        #expect(result.status == 0)
        #expect(harness.questions.isEmpty)
        let volumes = named.isEmpty ? "[]" : #"["shop/data"]"#
        #expect(harness.service.calls.map { $0.contains(#""yes_lose":\#(volumes)"#) } == [true])
    }

    @Test(
        "--yes-lose alone, and a malformed volume, are misuse",
        arguments: [["--yes-lose", "shop/data"], ["--force", "--yes-lose", "data"]]
    )
    func misuse(options: [String]) async {
        let result = await Harness().run(["machine", "rm", "m2"] + options)
        #expect(result.status == 2)
    }
}
