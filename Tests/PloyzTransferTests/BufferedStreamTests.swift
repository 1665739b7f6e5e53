import PloyzMigration
import PloyzModel
import PloyzTestSupport
import PloyzTransfer
import Synchronization
import Testing

/// Streams whose ends stop and go, through rings of several sizes.
@Suite("Buffered streams", .timeLimit(.minutes(2)))
struct BufferedStreamTests {
    /// Sizes at which pieces are split in every way, and one that holds everything.
    static let sizes = [ByteCount(1), ByteCount(4097), .mebibytes(1), .mebibytes(64)]

    @Test("every byte arrives in its place, whatever the pieces and pauses", arguments: sizes, 1...4)
    func whole(bufferSize: ByteCount, seed: UInt64) async throws {
        let count = bufferSize.bytes == 1 ? 20_000 : 12_000_001
        try await LoopbackLink.with(bufferSize: bufferSize) { link in
            let source = UnsteadySource(count: count, rhythm: .ragged, seed: seed)
            let sink = UnsteadySink(rhythm: .ragged, seed: seed ^ 0xFFFF)
            let last = Mutex(ByteCount.zero)
            let receipt = try await link.send(source, with: link.ticket(sink)) { acknowledged in
                last.withLock { last in
                    #expect(acknowledged >= last)
                    last = acknowledged
                }
            }
            #expect(receipt == TransferReceipt(bytes: ByteCount(UInt64(count)), guid: 7))
            #expect(sink.taken == count)
            #expect(last.withLock { $0 } <= receipt.bytes)
        }
    }

    @Test("a sink that fails anywhere ends a source in the middle of anything", arguments: sizes, 1...4)
    func sinkFails(bufferSize: ByteCount, seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let limit = Int.random(in: 0...3_000_000, using: &random) % (bufferSize.bytes == 1 ? 20_000 : .max)
        try await LoopbackLink.with(bufferSize: bufferSize) { link in
            let failure = PloyzError(.failed, "no space here", next: "make some")
            let sink = UnsteadySink(rhythm: .ragged, seed: seed, limit: limit, failure: failure)
            let source = UnsteadySource(count: .max, rhythm: .ragged, seed: seed)
            let error = await #expect(throws: PloyzError.self) { try await link.send(source, with: link.ticket(sink)) }
            #expect(error == failure)
        }
    }

    @Test(
        "a source that fails anywhere is heard in its own words, and its sink gets no end that looks whole",
        arguments: sizes,
        1...4
    )
    func sourceFails(bufferSize: ByteCount, seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 0...3_000_000, using: &random) % (bufferSize.bytes == 1 ? 20_000 : .max)
        try await LoopbackLink.with(bufferSize: bufferSize) { link in
            let failure = PloyzError(.failed, "the disk broke")
            let source = UnsteadySource(count: count, rhythm: .ragged, seed: seed, failure: failure)
            let sink = UnsteadySink(rhythm: .ragged, seed: seed)
            let error = await #expect(throws: PloyzError.self) { try await link.send(source, with: link.ticket(sink)) }
            #expect(error == failure)
            #expect(sink.taken <= count)
        }
    }

    @Test("a cancelled stream ends with its rings full", arguments: sizes)
    func cancelled(bufferSize: ByteCount) async throws {
        try await LoopbackLink.with(bufferSize: bufferSize) { link in
            let source = UnsteadySource(count: .max, rhythm: .steady, seed: 1)
            let ticket = link.ticket(SleepingSink())
            await withTaskGroup { group in
                group.addTask {
                    await #expect(throws: CancellationError.self) { try await link.send(source, with: ticket) }
                }
                _ = await standstill(of: source)
                group.cancelAll()
                await group.waitForAll()
            }
        }
    }

    @Test("a source gets as far ahead of its sink as the rings allow, and no further; nothing of that is acknowledged")
    func bounded() async throws {
        // What pipes and sockets take beside the rings: two pipes of 1 MiB, and up to 4 + 6 MiB by tcp_wmem and tcp_rmem,
        // which grow with the machine's memory.
        let others = ByteCount.mebibytes(48)
        var ahead: [ByteCount] = []
        for bufferSize in [ByteCount.mebibytes(1), .mebibytes(64)] {
            try await LoopbackLink.with(bufferSize: bufferSize) { link in
                let source = UnsteadySource(count: .max, rhythm: .steady, seed: 1)
                let acknowledged = LastCount()
                await withTaskGroup { group in
                    group.addTask {
                        _ = try? await link.send(source, with: link.ticket(SleepingSink())) { count in
                            acknowledged.note(count)
                        }
                    }
                    let written = await standstill(of: source)
                    ahead.append(written)
                    #expect(written < bufferSize + bufferSize + others)
                    // The sink's pipe.
                    #expect(acknowledged.count <= .mebibytes(1))
                    group.cancelAll()
                }
            }
        }
        try #require(ahead.count == 2)
        #expect(ahead[1] > .mebibytes(128))
        #expect(ahead[1] > ahead[0] + .mebibytes(96))
    }

    /// What the source has written once it wrote nothing for half a second, or after 20 s.
    private func standstill(of source: UnsteadySource) async -> ByteCount {
        let end = ContinuousClock.now + .seconds(20)
        var written = -1
        while ContinuousClock.now < end {
            let before = written
            written = source.written
            if written > 0, written == before { break }
            try? await Task.sleep(for: .milliseconds(500))
        }
        return ByteCount(UInt64(max(0, written)))
    }
}

/// The last count that somebody was told.
private final class LastCount: Sendable {
    private let last = Mutex(ByteCount.zero)

    var count: ByteCount { last.withLock { $0 } }

    func note(_ count: ByteCount) { last.withLock { $0 = count } }
}
