import Foundation
import PloyzAPI
import PloyzAPITestSupport
import PloyzCommands
import PloyzMigration
import PloyzModel
import Testing

@Suite("machine drain --migrate and --return", .timeLimit(.minutes(5)))
struct DrainTests {
    private static let drain = ["machine", "drain", "m1"]

    @Test("A plan, and a drain that was followed to its end, read as recorded")
    func people() async throws {
        let plan = await Harness().run(Self.drain + ["--migrate", "--dry-run"])
        #expect(plan.status == 0)
        try Snapshot.check(plan.output, "output/machine-drain-dry-run")
        let followed = await Harness().run(Self.drain + ["--migrate"])
        // The bind mount stays.
        #expect(followed.status == 1)
        #expect(followed.errors.isEmpty)
        try Snapshot.check(followed.output, "output/machine-drain-migrate")
        let plain = await Harness().run(Self.drain + ["--migrate", "--plain"])
        try Snapshot.check(plain.output, "plain/machine-drain-migrate")
    }

    @Test("The report of a return says bytes beside sizes")
    func returned() throws {
        try Snapshot.check(
            Samples.returnedDrain.lines(.none).joined(separator: "\n") + "\n",
            "output/machine-drain-return"
        )
        #expect(Samples.returnedDrain.exitStatus == 0)
    }

    @Test("--json is one document, of a plan, of a drain that has ended, and of one that was left to itself")
    func json() async throws {
        for (more, expected) in [
            (["--dry-run"], Samples.plannedDrain), ([], Samples.endedDrain), (["--detach"], Samples.runningDrain),
        ] {
            let result = await Harness().run(Self.drain + ["--migrate", "--json"] + more)
            #expect(try DocumentForm.decode(DrainReport.self, from: Data(result.output.utf8)) == expected)
        }
    }

    @Test("--quiet prints nothing; a dry run asks for the plan only")
    func quiet() async {
        let harness = Harness()
        let result = await harness.run(Self.drain + ["--return", "--dry-run", "-q", "--parallel", "3"])
        #expect(result.status == 0)
        #expect(result.output.isEmpty && result.errors.isEmpty)
        #expect(harness.service.calls.count == 1)
        #expect(harness.service.calls[0].hasPrefix("/v1/drains/preview "))
        #expect(harness.service.calls[0].contains(#""is_return":true"#))
        #expect(harness.service.calls[0].contains(#""parallel":3"#))
    }

    @Test("Ctrl-C leaves the drain going and says how to follow it")
    func interrupted() async {
        let interrupts = AsyncStream<Void> { feed in
            feed.yield()
            feed.finish()
        }
        let result = await Harness(FakeOperatorService(drainEnds: false)).run(
            Self.drain + ["--migrate"],
            interrupts: interrupts
        )
        #expect(result.status == 130)
        #expect(result.errors.contains("next: ployzctl machine drain m1 --migrate follows it"))
    }

    @Test(
        "Options that make no sense together are misuse",
        arguments: [
            ["--migrate", "--return"], ["--dry-run"], ["--detach"], ["--parallel", "3"], ["--to", "m2"],
            ["--migrate", "--parallel", "0"], ["--migrate", "--parallel", "9"], ["--return", "--to", "m2"],
            ["--migrate", "--dry-run", "--detach"], ["--max-downtime", "1s"],
        ]
    )
    func misuse(options: [String]) async {
        let harness = Harness()
        #expect(await harness.run(Self.drain + options).status == 2)
        #expect(harness.service.calls.isEmpty)
    }
}
