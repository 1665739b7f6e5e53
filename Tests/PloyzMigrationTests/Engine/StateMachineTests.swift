import PloyzModel
import Testing

@testable import PloyzMigration

@Suite struct StateMachineTests {
    private static let failure = PloyzError(.failed, "as planned")

    /// The machine in the middle of `step`.
    private func machine(at step: MigrationStep, startsFirst: Bool = false) -> MigrationStateMachine {
        var machine = MigrationStateMachine(startsFirst: startsFirst)
        while case .perform(let current) = machine.action, current != step { machine.succeeded(current) }
        return machine
    }

    private func undos(_ machine: MigrationStateMachine) -> [MigrationStep] {
        var machine = machine
        var undone: [MigrationStep] = []
        while case .undo(let step) = machine.action {
            undone.append(step)
            machine.finished(step)
        }
        #expect(machine.action == .end(.failed))
        return undone
    }

    @Test func stepsFollowOneAnotherUpToTheCommit() {
        var machine = MigrationStateMachine(startsFirst: false)
        var seen: [MigrationStep] = []
        while case .perform(let step) = machine.action, step != .commit {
            #expect(!machine.commitWasSent)
            seen.append(step)
            machine.succeeded(step)
        }
        #expect(seen == Array(MigrationStep.allCases.prefix { $0 != .commit }))
        #expect(machine.action == .perform(.commit))
        #expect(machine.commitWasSent, "the intent to commit is saved before the commit is sent")
    }

    @Test func theWorkloadGoesBackBeforeAnybodyElseIsAsked() {
        var machine = machine(at: .startCandidate)
        machine.failed(.startCandidate, Self.failure)
        #expect(undos(machine) == [.stop, .park, .prepareTarget, .holdBases, .announce])
    }

    @Test func onlyWhatWasBegunIsUndone() {
        var machine = machine(at: .prepareTarget)
        machine.failed(.prepareTarget, Self.failure)
        #expect(undos(machine) == [.prepareTarget, .holdBases, .announce])
    }

    @Test func aCommitIsNeverUndone() {
        var machine = machine(at: .commit)
        machine.decided(.committed)
        machine.failed(.switchOver, Self.failure)
        var settled: [MigrationStep] = []
        while case .settle(let step) = machine.action {
            settled.append(step)
            machine.finished(step)
        }
        #expect(settled == [.switchOver, .retireSource, .conclude])
        #expect(machine.action == .end(.migrated))
    }

    @Test func aLostAnswerIsDecidedAndNotGuessed() {
        var machine = machine(at: .commit)
        machine.decided(.unknown(Self.failure))
        #expect(machine.action == .decide)
        #expect(machine.outcome == .unknown)
        var back = machine
        back.decided(.refused(Self.failure))
        #expect(undos(back).first == .stop)
        machine.decided(.committed)
        #expect(machine.action == .settle(.switchOver))
    }

    @Test func theSourceIsNotRetiredBeforeTheAddressHasMoved() {
        var machine = machine(at: .commit, startsFirst: true)
        machine.decided(.committed)
        machine.postponed(.switchOver)
        #expect(machine.action == .end(.cleanupPending))
        machine.end()
        machine.recover()
        #expect(machine.action == .settle(.switchOver))
        #expect(machine.deferred == [])
    }

    @Test(arguments: MigrationStep.allCases.prefix { $0 != .commit })
    func aCrashBeforeTheCommitGoesBack(_ step: MigrationStep) {
        var machine = machine(at: step)
        machine.recover()
        #expect(machine.failure?.code == .interrupted)
        guard case .undo = machine.action else {
            Issue.record("a crash in \(step.rawValue) leads to \(machine.action)")
            return
        }
    }

    @Test func aCrashInTheCommitIsDecidedFirst() {
        var machine = machine(at: .commit)
        machine.recover()
        #expect(machine.action == .decide)
    }

    @Test func aCrashAfterTheCommitGoesForward() {
        var machine = machine(at: .commit)
        machine.decided(.committed)
        machine.finished(.switchOver)
        machine.recover()
        #expect(machine.action == .settle(.retireSource))
    }

    @Test func whatAnUndoCouldNotDoIsTakenUpByTheNextRun() {
        var machine = machine(at: .startCandidate)
        machine.failed(.startCandidate, Self.failure)
        machine.finished(.stop)
        machine.finished(.park)
        machine.postponed(.prepareTarget)
        machine.finished(.holdBases)
        machine.finished(.announce)
        #expect(machine.action == .end(.failed))
        machine.end()
        machine.recover()
        #expect(machine.action == .undo(.prepareTarget))
    }

    @Test func theStateSurvivesTheJournal() throws {
        for step in MigrationStep.allCases.prefix(while: { $0 != .switchOver }) {
            var machine = machine(at: step)
            #expect(try JSON.decode(MigrationStateMachine.self, from: JSON.encode(machine)) == machine)
            machine.recover()
            #expect(try JSON.decode(MigrationStateMachine.self, from: JSON.encode(machine)) == machine)
        }
    }
}
