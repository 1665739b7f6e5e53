import Glibc
import SystemPackage

/// A descriptor that becomes readable for good when it is tripped: how a thread in `poll(2)` hears of a cancellation.
final class Wake: Sendable {
    let reader: FileDescriptor
    private let writer: FileDescriptor

    init() throws {
        (reader, writer) = try Pipes.make()
    }

    /// May be called at any time, from any thread, more than once.
    func trip() {
        // The pipe never fills up to matter: one byte is as good as many.
        Pipes.setNonBlocking(writer)
        _ = try? writer.writeAll([1])
    }

    var isTripped: Bool { (try? Poll.wait([.init(reader, .readable)], timeout: .zero)) == [[.readable]] }

    deinit {
        try? reader.close()
        try? writer.close()
    }
}
