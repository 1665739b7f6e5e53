import ProbeKit
import Testing

@Suite struct LedgerTests {
    @Test func anEntryReadsBackAsItWasWritten() {
        let entry = LedgerEntry(identifier: "c-1", sequence: 42, monotonic: 7, wall: 1_795_488_388_759_724_718)
        #expect(LedgerEntry.parse(entry.line) == [entry])
        #expect(entry.key == "w:c-1:42")
    }

    @Test func aLineThatWasCutShortIsLeftOut() {
        #expect(LedgerEntry.parse("a 1 2 3\na 2 4 5").map(\.sequence) == [1])
        #expect(LedgerEntry.parse("a 1 2").isEmpty)
        #expect(LedgerEntry.parse("").isEmpty)
    }

    @Test func aGapIsTheTimeBetweenTwoAcknowledgements() throws {
        var tracker = GapTracker()
        let first = tracker.acknowledged(monotonic: 1_000_000, wall: 1_767_225_600_000_000_000)
        #expect(first == nil)
        let second = tracker.acknowledged(monotonic: 251_500_000, wall: 1_767_225_600_250_500_000)
        let gap = try #require(second)
        #expect(gap.milliseconds == 250.5)
        #expect(gap.began == "2026-01-01T00:00:00.000Z")
        #expect(gap.beganMonotonic == 1_000_000)
        #expect(tracker.silence(at: 252_500_000) == 1)
    }

    @Test func theTenLongestGapsAreKeptLongestFirst() {
        var tracker = GapTracker()
        var now: UInt64 = 0
        for milliseconds in [0, 5, 30, 1, 7, 9, 11, 2, 8, 20, 15, 3, 4] as [UInt64] {
            now += milliseconds * 1_000_000
            _ = tracker.acknowledged(monotonic: now, wall: now)
        }
        #expect(tracker.longest.map(\.milliseconds) == [30, 20, 15, 11, 9, 8, 7, 5, 4, 3])
    }

    @Test func failuresAreCountedByKindAndErrno() {
        var summary = ProbeSummary(identifier: "a", to: "127.0.0.1:1", started: "")
        summary.count(.connect(111))
        summary.count(.connect(111))
        summary.count(.request(104))
        summary.count(.closed)
        summary.count(.refused("LOADING"))
        #expect(summary.failedConnects == 2)
        #expect(summary.failedRequests == 3)
        #expect(
            summary.errors == [
                "connect ECONNREFUSED": 2, "request ECONNRESET": 1, "request closed": 1, "request answered LOADING": 1,
            ]
        )
    }
}
