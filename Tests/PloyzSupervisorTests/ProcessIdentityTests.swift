import Testing

@testable import PloyzSupervisor

@Suite struct ProcessIdentityTests {
    /// A real line, with the name of the program replaced by an awkward one.
    private func stat(state: String) -> String {
        "42 (a) R (b c) \(state) 1 42 42 0 -1 4194560 91 0 0 0 0 0 0 0 20 0 1 0 987654 2646016 230 18446744073709551615"
    }

    @Test func startTimeIsReadBehindAwkwardProgramNames() {
        #expect(ProcessIdentity.isAlive(stat: stat(state: "S"), startTime: 987_654))
    }

    @Test func aProcessWithAnotherStartTimeIsAnotherProcess() {
        #expect(!ProcessIdentity.isAlive(stat: stat(state: "S"), startTime: 987_655))
    }

    @Test(arguments: ["Z", "X"]) func aZombieIsNotAlive(state: String) {
        #expect(!ProcessIdentity.isAlive(stat: stat(state: state), startTime: 987_654))
    }

    @Test(arguments: ["", "12", "12 x", "1 5", "-3 5", "12 5 7"]) func linesThatAreNoIdentityAreRefused(line: String) {
        #expect(ProcessIdentity(line: line) == nil)
    }

    @Test func theLineOfAProcessIsRead() {
        #expect(ProcessIdentity(line: "4711 123\n") == ProcessIdentity(pid: 4711, startTime: 123))
    }
}
