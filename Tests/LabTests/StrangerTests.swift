import LabScenarios
import PloyzModel
import Testing

extension LabTests.ClusterTests {
    /// What of the list of `scripts/hostile` takes no longer than a moment; it has the rest, and shows of all which guard refuses.
    @Test("Strangers are refused, and counted")
    func strangers() async throws {
        let stage = try await HostileStage.prepare(try lab())
        let run = HostileRun(stage, HostileLine.all.filter(\.isQuick))
        for verdict in try await run.guarded() {
            #expect(verdict.violations == [], "\(verdict.line.stranger.rawValue): \(verdict.line.attempt)")
        }
    }

    @Test("What refuses a stranger is the guard of that name")
    func guards() async throws {
        let stage = try await HostileStage.prepare(try lab())
        let lines = HostileLine.all.filter { $0.isQuick && [[.tokenUse], [.ticketUse]].contains($0.guards) }
        #expect(lines.count == 2)
        let run = HostileRun(stage, lines)
        for verdict in try await run.proved(try await run.guarded()) {
            #expect(verdict.unguarded?.refused == false, "\(verdict.line.attempt): \(verdict.violations)")
        }
    }
}
