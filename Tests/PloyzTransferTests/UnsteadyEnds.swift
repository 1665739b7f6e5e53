import Foundation
import Glibc
import PloyzMigration
import PloyzModel
import PloyzTestSupport
import PloyzTransfer
import Synchronization
import SystemPackage

/// How an end works: so many bytes, then a pause, again and again.
struct Rhythm: Sendable {
    var bytes: ClosedRange<Int>
    var pause: ClosedRange<Int>

    /// In pieces of random size, with a pause of 1 to 3 ms after one in ten.
    static let ragged = Rhythm(bytes: 1...200_000, pause: -27...3)
    static let steady = Rhythm(bytes: 1 << 16...1 << 16, pause: 0...0)

    func next(_ random: inout SeededGenerator) -> Int { Int.random(in: bytes, using: &random) }

    /// Milliseconds below zero are none.
    func rest(_ random: inout SeededGenerator) {
        let milliseconds = Int.random(in: pause, using: &random)
        if milliseconds > 0 { Thread.sleep(forTimeInterval: Double(milliseconds) / 1000) }
    }
}

/// The byte at each place of a test's stream. Its period is no power of two, so that a lost or doubled page shows.
enum Pattern {
    private static let period = 65_521
    /// The most bytes of it in one piece.
    static let piece = 1 << 20
    private static let bytes = (0..<period + piece).map {
        UInt8(truncatingIfNeeded: ($0 % period &* 0x9E37_79B1) >> 13)
    }

    /// Bytes `start` to `start + count`.
    static func withBytes<Result>(
        _ count: Int,
        from start: Int,
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try bytes.withUnsafeBytes { bytes in
            let place = start % period
            return try body(UnsafeRawBufferPointer(rebasing: bytes[place..<place + count]))
        }
    }

    static func matches(_ slice: ArraySlice<UInt8>, from start: Int) -> Bool {
        withBytes(slice.count, from: start) { expected in
            slice.withUnsafeBytes { found in
                guard let left = found.baseAddress, let right = expected.baseAddress else { return found.isEmpty }
                return memcmp(left, right, found.count) == 0
            }
        }
    }
}

/// Writes the pattern in a rhythm and counts what went into the pipe.
final class UnsteadySource: StreamSource {
    let count: Int
    let rhythm: Rhythm
    let seed: UInt64
    let failure: PloyzError?
    private let total = Mutex(0)

    init(count: Int, rhythm: Rhythm, seed: UInt64, failure: PloyzError? = nil) {
        self.count = count
        self.rhythm = rhythm
        self.seed = seed
        self.failure = failure
    }

    var written: Int { total.withLock { $0 } }

    func write(to descriptor: FileDescriptor) async throws {
        try await onThread { [self] in
            var random = SeededGenerator(seed: seed)
            var done = 0
            while done < count {
                let end = min(count, done + rhythm.next(&random))
                while done < end {
                    // In one call: the kernel splits it as the pipe has room.
                    done += try Pattern.withBytes(min(Pattern.piece, end - done), from: done) {
                        try descriptor.write($0)
                    }
                    total.withLock { [done] in $0 = done }
                }
                rhythm.rest(&random)
            }
            if let failure { throw failure }
        }
    }
}

/// Reads in a rhythm, compares with the pattern, and stops after `limit` bytes with `failure` when there is one.
final class UnsteadySink: StreamSink {
    struct Differs: Error { let place: Int }

    let rhythm: Rhythm
    let seed: UInt64
    let limit: Int
    let failure: PloyzError?
    private let total = Mutex(0)

    init(rhythm: Rhythm, seed: UInt64, limit: Int = .max, failure: PloyzError? = nil) {
        self.rhythm = rhythm
        self.seed = seed
        self.limit = limit
        self.failure = failure
    }

    var taken: Int { total.withLock { $0 } }

    func read(from descriptor: FileDescriptor) async throws -> UInt64 {
        try await onThread { [self] in
            var random = SeededGenerator(seed: seed)
            var done = 0
            var buffer = [UInt8](repeating: 0, count: 1 << 18)
            reading: while done < limit {
                var left = rhythm.next(&random)
                while left > 0 {
                    let most = min(left, buffer.count)
                    let count = try buffer.withUnsafeMutableBytes {
                        try descriptor.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[..<most]))
                    }
                    guard count > 0 else { break reading }
                    guard Pattern.matches(buffer[..<count], from: done) else { throw Differs(place: done) }
                    done += count
                    left -= count
                    total.withLock { [done] in $0 = done }
                }
                rhythm.rest(&random)
            }
            if let failure { throw failure }
        }
        return 7
    }
}

/// Takes nothing, and ends with its pipe.
struct SleepingSink: StreamSink {
    func read(from descriptor: FileDescriptor) async throws -> UInt64 {
        // Its descriptor ends when the sender is gone.
        while try Self.isOpen(descriptor) { try await Task.sleep(for: .milliseconds(10)) }
        throw PloyzError(.failed, "slept")
    }

    private static func isOpen(_ descriptor: FileDescriptor) throws -> Bool {
        var entry = pollfd(fd: descriptor.rawValue, events: 0, revents: 0)
        return poll(&entry, 1, 0) == 0
    }
}

/// Off the threads that run tasks: reading and writing block.
func onThread<Success: Sendable>(_ body: @escaping @Sendable () throws -> Success) async throws -> Success {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}
