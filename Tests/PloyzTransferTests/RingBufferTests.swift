import PloyzModel
import PloyzTestSupport
import Testing

@testable import PloyzTransfer

@Suite("The ring between pipe and socket")
struct RingBufferTests {
    @Test("bytes come out in the order they went in, in whatever pieces", arguments: [1, 2, 7, 64, 4097])
    func order(capacity: Int) throws {
        var ring = try RingBuffer(capacity: ByteCount(UInt64(capacity)))
        var random = SeededGenerator(seed: UInt64(capacity))
        var given: [UInt8] = []
        var taken: [UInt8] = []
        while taken.count < 20_000 {
            if !ring.isFull, Bool.random(using: &random) {
                ring.fill { free in
                    let count = Int.random(in: 0...free.count, using: &random)
                    for index in 0..<count {
                        free[index] = UInt8.random(in: .min ... .max, using: &random)
                        given.append(free[index])
                    }
                    return count
                }
            }
            if !ring.isEmpty, Bool.random(using: &random) {
                ring.drain { full in
                    let count = Int.random(in: 0...full.count, using: &random)
                    taken += full[..<count]
                    return count
                }
            }
            let held = ring.count
            #expect(held == given.count - taken.count)
            #expect((0...capacity).contains(held))
        }
        #expect(taken[...] == given[..<taken.count])
    }

    @Test("it holds as much as was asked for, and an empty one begins at its start again")
    func capacity() throws {
        var ring = try RingBuffer(capacity: ByteCount(100))
        ring.fill { $0.count }
        let isFull = ring.isFull
        #expect(isFull)
        ring.drain { _ in 60 }
        #expect(filled(&ring) == 60)
        ring.drain { $0.count }
        ring.drain { $0.count }
        let isEmpty = ring.isEmpty
        #expect(isEmpty)
        #expect(filled(&ring) == 100)
    }

    @Test("no call gets more than a piece of it")
    func piece() throws {
        var ring = try RingBuffer(capacity: ByteCount(UInt64(3 * RingBuffer.piece)))
        #expect(filled(&ring) == RingBuffer.piece)
        ring.fill { $0.count }
        #expect(drained(&ring) == RingBuffer.piece)
    }

    /// Fills what is free in one, and returns how much that was.
    private func filled(_ ring: inout RingBuffer) -> Int? { ring.fill { $0.count } }

    private func drained(_ ring: inout RingBuffer) -> Int { ring.drain { $0.count } }

    @Test("what cannot be had is an error that names the key")
    func tooMuch() {
        let error = #expect(throws: PloyzError.self) { _ = try RingBuffer(capacity: ByteCount(.max)).count }
        #expect(error?.next?.contains("stream_buffer") == true)
    }
}
