import Foundation
import PloyzAPI
import PloyzAPITestSupport
import PloyzCommands
import PloyzMigration
import PloyzModel
import Testing

@Suite("Exit statuses", .timeLimit(.minutes(5)))
struct ExitStatusTests {
    private static let apply = ["migrate", "apply", "shop/redis", "--to", "m2"]

    @Test(
        "Misuse is 2, with the command's help as the next command",
        arguments: [
            (["migrate", "apply", "shop", "--to", "m2"], "'shop'", "ployzctl migrate apply --help"),
            (["migrate", "apply", "Shop/redis", "--to", "m2"], "'Shop'", "ployzctl migrate apply --help"),
            (["migrate", "apply", "shop/redis"], "--to", "ployzctl migrate apply --help"),
            (["migrate", "apply", "a/b", "--to", "m", "--instance=-1"], "0 or more", "ployzctl migrate apply --help"),
            (["migrate", "preview", "a/b", "--to=m", "--max-downtime=x"], "'x'", "ployzctl migrate preview --help"),
            (["migrate", "show", "op-1"], "op-1", "ployzctl migrate show --help"),
            (["frobnicate"], "frobnicate", "ployzctl --help"),
            (["status", "--socket", "/s", "-q", "--plain"], "exclude each other", "ployzctl status --help"),
            (["deploy", "-f", "/dev/null"], "/dev/null", "add --format toml or --format json"),
            (["deploy", "-f", "/nonexistent.toml"], "/nonexistent.toml", "name a file that can be read"),
        ]
    )
    func usage(arguments: [String], message: String, next: String) async throws {
        let harness = Harness()
        let result = await harness.run(arguments)
        #expect(result.status == 2)
        #expect(result.output.isEmpty)
        #expect(harness.service.calls.isEmpty)
        #expect(result.errors.hasPrefix("error[usage]: "))
        #expect(result.errors.contains(message))
        #expect(result.errors.hasSuffix("next: \(next)\n"))
        let json = await harness.run(arguments.filter { !["-q", "--plain"].contains($0) } + ["--json", "--plain"])
        #expect(try DocumentForm.decode(ErrorDocument.self, from: Data(json.errors.utf8)).exitStatus == 2)
    }

    @Test("Errors of the daemon keep their status", arguments: [1, 2, 3, 4, 5] as [Int32])
    func ofErrors(status: Int32) async throws {
        let failure = PloyzError(ErrorCode("some-code", exitStatus: status), "it", state: "so", next: "do that")
        let harness = Harness(FakeOperatorService(failure: failure))
        let result = await harness.run(["status"])
        #expect(result.status == status)
        #expect(result.errors == "error[some-code]: it\nstate: so\nnext: do that\n")
        let json = await harness.run(["status", "--json"])
        #expect(try DocumentForm.decode(ErrorDocument.self, from: Data(json.errors.utf8)).error == failure)
        #expect(json.output.isEmpty)
    }

    @Test("All failed preconditions are printed, one after another")
    func together() async {
        let all = [PloyzError(ErrorCode("a", exitStatus: 3), "one"), PloyzError(ErrorCode("b", exitStatus: 3), "two")]
        let result = await Harness(FakeOperatorService(failure: PloyzError.all(all))).run(Self.apply)
        #expect(result.status == 3)
        let expected = "error[a]: one\nstate: nothing was touched\nerror[b]: two\nstate: nothing was touched\n"
        #expect(result.errors == expected)
    }

    @Test(
        "A migration's outcome is the status of apply, deploy and watch",
        arguments: [
            (MigrationOutcome.migrated, 0), (.cleanupPending, 4), (.failed, 1), (.cancelled, 1), (.unknown, 5),
        ] as [(MigrationOutcome, Int32)]
    )
    func ofOutcomes(outcome: MigrationOutcome, status: Int32) async {
        var record = Samples.migrated
        record.outcome = outcome
        let result = MigrationResult(outcome: outcome, message: "so it is", record: record)
        let notices = Samples.notices([.started(plan: Samples.plan, attempt: 1), .finished(result: result)])
        let deployed = DeployResult(namespace: Samples.redis.namespace, changes: [], migrations: [Samples.start])
        let harness = Harness(
            FakeOperatorService(deployed: deployed, stream: { _ in FakeOperatorService.events(notices) })
        )
        for arguments in [Self.apply, ["migrate", "watch", Samples.operation.text], ["deploy", "-f", "-"]] {
            for format in [[], ["--json"], ["--plain"], ["--quiet"]] {
                let actual = await harness.run(arguments + format).status
                #expect(actual == status)
            }
        }
    }

    @Test("A cancel that comes after the commit is refused with the way back, and one that was not needed is done")
    func cancel() async {
        let cancel = ["migrate", "cancel", Samples.operation.text]
        let moved = FakeOperatorService(stream: { _ in FakeOperatorService.events(Samples.notices) })
        let late = await Harness(moved).run(cancel)
        #expect(late.status == 3)
        #expect(late.output.isEmpty)
        #expect(late.errors.hasPrefix("error[too-late]: op-00000000000000aa is committed"))
        #expect(late.errors.hasSuffix("next: ployzctl migrate apply shop/redis --to m1\n"))
        let failed = FakeOperatorService(stream: { _ in FakeOperatorService.events(Samples.failedNotices) })
        let failure = await Harness(failed).run(cancel)
        #expect(failure.status == 0)
        #expect(failure.output.hasPrefix("shop/redis/0 runs on m1, as before"))
    }

    @Test("A failed migration prints its error in three lines, and the table")
    func failed() async {
        let service = FakeOperatorService(stream: { _ in FakeOperatorService.events(Samples.failedNotices) })
        let result = await Harness(service).run(Self.apply)
        #expect(result.status == 1)
        #expect(result.output.contains("shop/redis/0 runs on m1, as before"))
        #expect(result.errors.hasPrefix("error[not-ready]: shop/redis/0 was not ready on m2 within 30s\nstate: "))
        #expect(!result.output.contains("to go back"))
    }

    @Test("Ctrl-C leaves the operation alone, says how to follow it, and exits with 130")
    func interrupt() async {
        let (interrupts, press) = AsyncStream.makeStream(of: Void.self)
        let (events, feed) = AsyncThrowingStream.makeStream(of: MigrationNotice.self, throwing: (any Error).self)
        let service = FakeOperatorService(stream: { _ in
            feed.yield(Samples.notices[0])
            press.yield()
            return events
        })
        let result = await Harness(service).run(Self.apply, interrupts: interrupts)
        #expect(result.status == 130)
        #expect(result.errors.contains("state: the migration op-00000000000000aa goes on without this command"))
        #expect(result.errors.contains("next: ployzctl migrate watch op-00000000000000aa"))
        #expect(service.calls.count == 2)
    }

    @Test("A daemon that restarts in between is no end: the events go on, none twice")
    func reconnect() async throws {
        let gone = PloyzError(.daemonUnreachable, "the daemon does not answer")
        let service = FakeOperatorService(stream: { count in
            switch count {
            case 0: FakeOperatorService.events(Array(Samples.notices.prefix(5)), failure: gone)
            case 1: FakeOperatorService.events([])
            default: FakeOperatorService.events(Samples.notices)
            }
        })
        let result = await Harness(service).run(Self.apply + ["--json"])
        #expect(result.status == 0)
        let lines = result.output.split(separator: "\n")
        let notices = try lines.map { try DocumentForm.decode(MigrationNotice.self, from: Data($0.utf8)) }
        #expect(notices == Samples.notices)
    }

    @Test("A daemon that stays away leaves the outcome unknown: 5, and how to find out")
    func gone() async {
        let gone = PloyzError(.daemonUnreachable, "the daemon does not answer")
        let service = FakeOperatorService(stream: { _ in FakeOperatorService.events([], failure: gone) })
        let result = await Harness(service).run(Self.apply)
        #expect(result.status == 5)
        #expect(result.errors.contains("error[outcome-unknown]"))
        #expect(result.errors.contains("next: ployzctl migrate watch op-00000000000000aa"))
    }

    @Test("version prints its own version when the daemon is away, and exits with 5")
    func version() async {
        let failure = PloyzError(.daemonUnreachable, "the daemon does not answer")
        let result = await Harness(FakeOperatorService(failure: failure)).run(["version", "--plain"])
        #expect(result.status == 5)
        #expect(result.output == "ployzctl\t0.1.0\nployzd\t-\n")
    }

    @Test("The socket is the option's, else the environment's, else the default")
    func socket() async {
        let harness = Harness()
        _ = await harness.run(["status", "--socket", "/a"], environment: ["PLOYZ_SOCKET": "/b"])
        _ = await harness.run(["status"], environment: ["PLOYZ_SOCKET": "/b"])
        _ = await harness.run(["status"])
        #expect(harness.socketPaths == ["/a", "/b", "/run/ployz/ployzd.sock"])
    }

    @Test("Every option of apply reaches the daemon")
    func options() async throws {
        let harness = Harness()
        let options = ["--instance", "2", "--from", "fd00::1", "--max-downtime", "500ms", "--stall-limit", "10s"]
        _ = await harness.run(Self.apply + options)
        let limits = MigrationLimits(maxDowntime: try Span("500ms"), stallLimit: try Span("10s"))
        let request = MoveRequest(service: Samples.redis, to: "m2", instance: 2, from: "fd00::1", limits: limits)
        let json = String(decoding: try DocumentForm.encode(request), as: UTF8.self)
        #expect(harness.service.calls.first == "/v1/migrations/apply \(json)")
    }
}
