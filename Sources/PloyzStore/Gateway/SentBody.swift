import NIOCore
import Synchronization

/// A request's body that knows whether it was taken for sending.
///
/// The client asks for the body only when a connection is open and the head is written. A call that failed before that
/// cannot have done anything; of a call that failed later nothing is known. This is decided here, by what was done,
/// and not by the kinds of errors that a client library has.
struct SentBody: AsyncSequence, Sendable {
    final class Flag: Sendable {
        private let taken = Atomic(false)

        /// Whether any of the body may have left this machine.
        var isTaken: Bool { taken.load(ordering: .acquiring) }

        fileprivate func take() { taken.store(true, ordering: .releasing) }
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var rest: ByteBuffer?
        fileprivate let flag: Flag

        mutating func next() async throws -> ByteBuffer? {
            flag.take()
            return rest.take()
        }
    }

    let bytes: ByteBuffer
    let flag = Flag()

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(rest: bytes, flag: flag) }
}
