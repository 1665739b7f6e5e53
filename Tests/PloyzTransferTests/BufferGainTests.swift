import PloyzModel
import PloyzTransfer
import Testing

/// What the rings are for, measured: both ends stop again and again, but never together.
@Suite("What the buffers gain", .timeLimit(.minutes(2)), .serialized)
struct BufferGainTests {
    @Test("ends that stop in turn wait less for each other with rings than without")
    func gain() async throws {
        var best = 0.0
        // 1.5 to 2.4 on a host of two cores with other work. Work for the processor adds the same to both; a pair that
        // was disturbed is taken again.
        for _ in 0..<3 where best <= 1.2 {
            let without = try await time(bufferSize: StreamBuffer.range.lowerBound)
            let with = try await time(bufferSize: StreamBuffer.standard)
            best = max(best, without / with)
            print(
                "a stream with ends that stop in turn: \(without) with 1 MiB, \(with) with 64 MiB, ratio \(without / with)"
            )
        }
        #expect(best > 1.2)
    }

    /// 768 MiB between a source that gives 40 MiB on average and stops 170 ms, and a sink that takes 48 MiB on average and
    /// stops 200 ms (a transaction group that is written).
    private func time(bufferSize: ByteCount) async throws -> Duration {
        var taken = Duration.zero
        try await LoopbackLink.with(bufferSize: bufferSize) { link in
            let source = UnsteadySource(
                count: 768 << 20,
                rhythm: Rhythm(bytes: 20 << 20...60 << 20, pause: 170...170),
                seed: 1
            )
            let sink = UnsteadySink(rhythm: Rhythm(bytes: 24 << 20...72 << 20, pause: 200...200), seed: 2)
            let begin = ContinuousClock.now
            _ = try await link.send(source, with: link.ticket(sink))
            taken = ContinuousClock.now - begin
        }
        return taken
    }
}
