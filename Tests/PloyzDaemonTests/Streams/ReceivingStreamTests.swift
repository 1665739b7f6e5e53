import PloyzModel
import PloyzTransfer
import SystemPackage
import Testing

@testable import PloyzDaemon

/// What a target keeps of a ticket that it has given out.
@Suite struct ReceivingStreamTests {
    private struct Sink: StreamSink {
        let fails: Bool

        func read(from descriptor: FileDescriptor) async throws -> UInt64 {
            if fails { throw PloyzError(.failed, "a stream that cannot be taken") }
            return 7
        }
    }

    @Test(
        "a stream is over when it has come and gone, well or not, and then need not be remembered",
        arguments: [false, true]
    )
    func over(fails: Bool) async throws {
        let (end, other) = try FileDescriptor.pipe()
        defer {
            try? end.close()
            try? other.close()
        }
        let stream = ReceivingStream(Sink(fails: fails))
        #expect(!stream.isOver)
        if fails {
            await #expect(throws: PloyzError.self) { try await stream.read(from: end) }
        } else {
            #expect(try await stream.read(from: end) == 7)
        }
        #expect(stream.isOver)
    }
}
