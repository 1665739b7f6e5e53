import Foundation
import NIOCore
import PloyzModel
import SystemPackage
import Testing

@testable import PloyzContainers

@Suite(.timeLimit(.minutes(1)))
struct DescriptorStreamTests {
    @Test("Bytes go through a pipe that is far smaller than they are, unchanged")
    func throughPipe() async throws {
        let (readEnd, writeEnd) = try SystemPackage.FileDescriptor.pipe()
        let content = (0..<1_000_003).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        async let received: [UInt8] = {
            let source = try DescriptorStream(readEnd, stallLimit: .seconds(20))
            var bytes: [UInt8] = []
            for try await chunk in source {
                #expect(chunk.readableBytes <= DescriptorStream.chunkSize)
                bytes += chunk.readableBytesView
            }
            return bytes
        }()
        do {
            let sink = try DescriptorStream(writeEnd, stallLimit: .seconds(20))
            try await sink.write(ByteBuffer(bytes: content))
            try writeEnd.close()
        }
        #expect(try await received == content)
        try readEnd.close()
    }

    @Test("A writer that nobody reads from, and a reader that nobody writes to, give up")
    func stall() async throws {
        let (readEnd, writeEnd) = try SystemPackage.FileDescriptor.pipe()
        let sink = try DescriptorStream(writeEnd, stallLimit: .milliseconds(100))
        let full = await #expect(throws: PloyzError.self) {
            try await sink.write(ByteBuffer(bytes: [UInt8](repeating: 1, count: 1 << 20)))
        }
        #expect(full?.code == .imageStream)
        let (silent, other) = try SystemPackage.FileDescriptor.pipe()
        let source = try DescriptorStream(silent, stallLimit: .milliseconds(100))
        let empty = await #expect(throws: PloyzError.self) { try await source.read() }
        #expect(empty?.code == .imageStream)
        for descriptor in [readEnd, writeEnd, silent, other] { try descriptor.close() }
    }

    @Test("A stopped stream ends the call that waits")
    func stopped() async throws {
        let (silent, other) = try SystemPackage.FileDescriptor.pipe()
        let source = try DescriptorStream(silent, stallLimit: .seconds(60))
        let reading = Task { try await source.read() }
        source.stop()
        await #expect(throws: CancellationError.self) { try await reading.value }
        try silent.close()
        try other.close()
    }

    @Test("A descriptor that is not open is refused")
    func closed() {
        #expect(throws: PloyzError.self) { try DescriptorStream(.init(rawValue: 9999), stallLimit: .seconds(1)) }
    }
}
