import Dispatch
import Foundation
import NIOCore
import PloyzModel
import Synchronization
import SystemPackage

/// Bytes from or to a file descriptor, a chunk at a time, without blocking Swift's threads.
///
/// It works on a duplicate of the descriptor, so that the caller may close its own while a last system call is still
/// under way. A call waits in slices for the descriptor to be ready, so that ``stop()`` and the stall limit hold also
/// when the other end says nothing.
final class DescriptorStream: Sendable {
    /// The most bytes of one chunk: what is held in memory.
    static let chunkSize = 256 << 10

    private let descriptor: SystemPackage.FileDescriptor
    private let startLimit: Duration
    private let stallLimit: Duration
    private let hasBegun = Mutex(false)
    private let isStopped = Mutex(false)
    private let queue = DispatchQueue(label: "ployz.image-stream")

    /// - Parameters:
    ///   - startLimit: the longest time until the first byte; `stallLimit` when nil.
    ///   - stallLimit: the longest time without a single byte.
    /// - Throws: `image-stream` when the descriptor is not open.
    init(_ descriptor: SystemPackage.FileDescriptor, startLimit: Duration? = nil, stallLimit: Duration) throws {
        do {
            self.descriptor = try descriptor.duplicate()
        } catch {
            throw PloyzError(.imageStream, "the descriptor of an image stream cannot be used: \(error)")
        }
        self.startLimit = startLimit ?? stallLimit
        self.stallLimit = stallLimit
    }

    deinit { try? descriptor.close() }

    /// Ends the call that runs, and every later one, with an error.
    func stop() { isStopped.withLock { $0 = true } }

    /// The next bytes; nil at the end.
    func read() async throws -> ByteBuffer? {
        try await offload {
            try self.awaitReadiness(Int16(POLLIN))
            var bytes = [UInt8](repeating: 0, count: Self.chunkSize)
            let count = try bytes.withUnsafeMutableBytes { try self.descriptor.read(into: $0) }
            return count == 0 ? nil : ByteBuffer(bytes: bytes[..<count])
        }
    }

    /// Writes everything.
    func write(_ buffer: ByteBuffer) async throws {
        let bytes = [UInt8](buffer.readableBytesView)
        try await offload {
            var done = 0
            while done < bytes.count {
                try self.awaitReadiness(Int16(POLLOUT))
                // A pipe that is ready promises room for PIPE_BUF bytes; more could block beyond the stall limit.
                done += try bytes[done..<Swift.min(done + 4096, bytes.count)].withUnsafeBytes {
                    try self.descriptor.write($0)
                }
            }
        }
    }

    private func awaitReadiness(_ events: Int16) throws {
        let limit = hasBegun.withLock { $0 } ? stallLimit : startLimit
        let end = ContinuousClock.now + limit
        while true {
            guard !isStopped.withLock({ $0 }) else { throw CancellationError() }
            var entry = pollfd(fd: descriptor.rawValue, events: events, revents: 0)
            if poll(&entry, 1, 200) > 0 {
                hasBegun.withLock { $0 = true }
                return
            }
            guard ContinuousClock.now < end else {
                throw PloyzError(
                    .imageStream,
                    "no byte of the image has passed for \(Microseconds(limit))",
                    state: "the image is not on the target; nothing else has changed",
                    next: "check the link between the machines and repeat"
                )
            }
        }
    }

    private func offload<Result: Sendable>(_ work: @Sendable @escaping () throws -> Result) async throws -> Result {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.async {
                    do {
                        continuation.resume(returning: try work())
                    } catch let error as Errno {
                        continuation.resume(throwing: PloyzError(.imageStream, "the image stream broke off: \(error)"))
                    } catch {
                        continuation.resume(throwing: error)
                    }
                }
            }
        } onCancel: {
            stop()
        }
    }
}

extension DescriptorStream: AsyncSequence {
    typealias Element = ByteBuffer

    struct AsyncIterator: AsyncIteratorProtocol {
        let stream: DescriptorStream

        mutating func next() async throws -> ByteBuffer? { try await stream.read() }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(stream: self) }
}
