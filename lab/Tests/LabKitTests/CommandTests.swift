import Posix
import Testing

@Suite struct CommandTests {
    @Test func outputIsCapturedAndFailureIsAnError() throws {
        #expect(try Command(["printf", "%s", "a b"]).output() == "a b")
        #expect(throws: CommandFailed.self) { try Command(["false"]).run() }
        #expect(throws: PosixError.self) { try Command(["no-such-program-anywhere"]).run() }
    }

    @Test(.timeLimit(.minutes(1)))
    func aCommandThatHangsIsKilledAtItsTimeout() {
        #expect(throws: TimedOut.self) { try Command(["sleep", "600"], timeout: 0.2).run() }
    }

    @Test(.timeLimit(.minutes(1)))
    func aChildThatKeepsThePipeOpenDoesNotHoldTheCaller() throws {
        #expect(throws: TimedOut.self) { try Command(["sh", "-c", "exec sleep 600"], timeout: 0.2).output() }
    }
}
