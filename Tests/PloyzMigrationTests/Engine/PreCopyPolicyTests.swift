import PloyzModel
import Testing

@testable import PloyzMigration

@Suite struct PreCopyPolicyTests {
    private let policy = PreCopyPolicy(maxRounds: 8, throughput: 100_000_000)

    private func round(bytes: UInt64, seconds: Double, written: UInt64 = 0, isFull: Bool = false) -> PreCopyPolicy.Round
    {
        let time = Microseconds(Int64(seconds * 1_000_000))
        return PreCopyPolicy.Round(
            bytes: ByteCount(bytes),
            time: time,
            age: time,
            written: ByteCount(written),
            isFull: isFull
        )
    }

    @Test func aSecondRoundIsAlwaysMade() {
        #expect(policy.verdict(after: [round(bytes: 0, seconds: 0.1, isFull: true)]) == .another)
    }

    @Test func anIdleVolumeIsCutOverAfterIt() {
        let rounds = [round(bytes: 256 << 20, seconds: 2.5, isFull: true), round(bytes: 512, seconds: 0.1)]
        guard case .cutOver(let expected) = policy.verdict(after: rounds) else {
            Issue.record("not cut over")
            return
        }
        #expect(expected < ByteCount(1024))
    }

    @Test func roundsGoOnWhileTheDeltaShrinks() {
        // 20 MB/s are written: a full send of 10 s leaves 200 MB, the next 40 MB, then 8 MB, then 2 MB.
        var rounds = [round(bytes: 1_000_000_000, seconds: 10, isFull: true)]
        var verdicts = 0
        var delta = 200_000_000.0
        while case .another = policy.verdict(after: rounds) {
            verdicts += 1
            let time = delta / 100_000_000 + 0.01
            rounds.append(round(bytes: UInt64(delta), seconds: time, written: UInt64(time * 20_000_000)))
            delta = time * 20_000_000
        }
        #expect((3...5).contains(verdicts), "\(verdicts) rounds")
    }

    @Test func aVolumeThatIsWrittenFasterThanItIsSentIsNotChasedForEver() {
        let rounds = [
            round(bytes: 1_000_000_000, seconds: 10, isFull: true),
            round(bytes: 2_000_000_000, seconds: 20, written: 4_000_000_000),
        ]
        guard case .cutOver = policy.verdict(after: rounds) else {
            Issue.record("chased")
            return
        }
    }

    @Test func theMostRoundsAreTheMost() {
        let few = PreCopyPolicy(maxRounds: 1, throughput: 100_000_000)
        guard case .cutOver = few.verdict(after: [round(bytes: 1 << 30, seconds: 10, written: 1 << 30, isFull: true)])
        else {
            Issue.record("a second round was made")
            return
        }
    }
}
