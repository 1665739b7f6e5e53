import Foundation
import Glibc
import Logging
import PloyzMigration
import PloyzModel
import PloyzTransfer
import Synchronization
import SystemPackage
import Testing

/// Source, sink and a listener on the loopback, without ZFS.
@Suite("Streams over the loopback", .timeLimit(.minutes(1)))
struct LoopbackTests {
    @Test("every byte arrives and is acknowledged", arguments: [0, 1, 100_000, 5 << 20])
    func whole(count: Int) async throws {
        try await LoopbackLink.with { link in
            let sink = CountingSink()
            let last = Mutex(ByteCount.zero)
            let receipt = try await link.send(BytesSource(count: count), with: link.ticket(sink)) { acknowledged in
                last.withLock { $0 = max($0, acknowledged) }
            }
            #expect(receipt == TransferReceipt(bytes: ByteCount(UInt64(count)), guid: 7))
            #expect(sink.count == count)
            #expect(last.withLock { $0 } <= receipt.bytes)
        }
    }

    /// Each stream maps a buffer at each end. A gibibyte of address space, of which next to nothing is touched, shows whether
    /// they are given back.
    @Test("streams give their buffers back")
    func buffers() async throws {
        func gibibytes() throws -> Int {
            let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
            return try #require(pages.first.flatMap { Int($0) }) * sysconf(Int32(_SC_PAGESIZE)) >> 30
        }
        try await LoopbackLink.with(bufferSize: .mebibytes(1024)) { link in
            let before = try gibibytes()
            for _ in 1...10 {
                _ = try await link.send(BytesSource(count: 1000), with: link.ticket(CountingSink()))
            }
            #expect(try gibibytes() - before < 10)
        }
    }

    @Test("a connection that was opened ahead of time is used")
    func opened() async throws {
        try await LoopbackLink.with { link in
            let sink = CountingSink()
            let ticket = link.ticket(sink)
            let transfer = link.transfer(BytesSource(count: 1000))
            try await transfer.open(ticket)
            let receipt = try await transfer.sendImage("image", with: ticket, progress: { _ in })
            #expect(receipt.bytes == ByteCount(1000))
            let unused = link.ticket(CountingSink())
            try await transfer.open(unused)
            transfer.close(unused)
        }
    }

    @Test("a ticket that is unknown, used or expired is refused, and its sink never runs")
    func refused() async throws {
        try await LoopbackLink.with { link in
            let source = BytesSource(count: 10)
            let used = link.ticket(CountingSink())
            _ = try await link.send(source, with: used)
            let unknown = TransferTicket(secret: String(repeating: "0", count: 64), host: "::1", port: link.port)
            let sink = CountingSink()
            let expired = link.ticket(sink, lifetime: .zero)
            for ticket in [unknown, used, expired] {
                let error = await #expect(throws: PloyzError.self) { try await link.send(source, with: ticket) }
                #expect(error?.code == .ticketRefused)
            }
            #expect(sink.count == nil)
            let malformed = TransferTicket(secret: "0", host: "::1", port: link.port)
            let error = await #expect(throws: PloyzError.self) { try await link.send(source, with: malformed) }
            #expect(error?.code == .ticketRefused)
        }
    }

    @Test("a sink's failure reaches an endless source, in its own words")
    func sinkFails() async throws {
        try await LoopbackLink.with { link in
            let failure = PloyzError(.failed, "no space here", next: "make some")
            let ticket = link.ticket(FailingSink(failure: failure, after: 3 << 20))
            let error = await #expect(throws: PloyzError.self) {
                try await link.send(BytesSource(count: .max), with: ticket)
            }
            #expect(error == failure)
        }
    }

    @Test("a sink that gives up ends its stream, though its source is silent and somebody else has the pipe open")
    func sinkGivesUp() async throws {
        try await LoopbackLink.with { link in
            let failure = PloyzError(.failed, "given up")
            let sink = LeavingSink(failure: failure)
            let error = await #expect(throws: PloyzError.self) {
                // Without the end of the pipe nothing would end before the source does.
                try await link.send(BytesSource(count: 1, pause: .seconds(50)), with: link.ticket(sink))
            }
            #expect(error == failure)
            #expect(try await drain(try #require(sink.left), limit: .max) == 0)
            try sink.left?.close()
        }
    }

    @Test("a source's failure is thrown as it is, and the sink's stream is not taken for whole")
    func sourceFails() async throws {
        try await LoopbackLink.with { link in
            let failure = PloyzError(.failed, "the disk broke")
            let error = await #expect(throws: PloyzError.self) {
                try await link.send(BytesSource(count: 1 << 20, failure: failure), with: link.ticket(CountingSink()))
            }
            #expect(error == failure)
        }
    }

    @Test("a receiver that takes nothing is a stall, told by what it acknowledged")
    func stall() async throws {
        try await LoopbackLink.with { link in
            let error = await #expect(throws: PloyzError.self) {
                try await link.send(
                    BytesSource(count: .max),
                    with: link.ticket(SleepingSink()),
                    stallLimit: .milliseconds(300)
                )
            }
            #expect(error?.code == .transferStalled)
        }
    }

    @Test("a source that is silent for longer than the stall limit is no stall")
    func silentSource() async throws {
        try await LoopbackLink.with { link in
            let receipt = try await link.send(
                BytesSource(count: 10, pause: .seconds(5)),
                with: link.ticket(CountingSink()),
                stallLimit: .seconds(3)
            )
            #expect(receipt.bytes == ByteCount(10))
        }
    }

    @Test("a sink that is slow to finish keeps the connection alive")
    func slowFinish() async throws {
        try await LoopbackLink.with { link in
            let receipt = try await link.send(
                BytesSource(count: 10),
                with: link.ticket(CountingSink(delay: .seconds(6))),
                stallLimit: .seconds(4)
            )
            #expect(receipt.bytes == ByteCount(10))
        }
    }

    @Test("cancelling the sender ends it at once")
    func cancelled() async throws {
        try await LoopbackLink.with { link in
            let ticket = link.ticket(SleepingSink())
            await withTaskGroup { group in
                let (events, begun) = AsyncStream<Void>.makeStream()
                group.addTask {
                    await #expect(throws: CancellationError.self) {
                        try await link.send(BytesSource(count: .max) { begun.yield() }, with: ticket)
                    }
                }
                for await _ in events.prefix(1) {}
                group.cancelAll()
            }
        }
    }

    @Test("one connection more than the limit is closed")
    func limit() async throws {
        try await LoopbackLink.with(limit: 1) { link in
            let transfer = link.transfer(BytesSource(count: 1))
            let first = link.ticket(SleepingSink())
            try await transfer.open(first)
            let error = await #expect(throws: PloyzError.self) {
                try await link.send(BytesSource(count: .max), with: link.ticket(CountingSink()))
            }
            #expect(error?.code == .transferBroken)
            transfer.close(first)
        }
    }

    @Test(
        "a stranger is sent away without an answer",
        arguments: [
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "ployz-stream/2 ",
            "ployz-stream/1 " + String(repeating: "Z", count: 65),
        ]
    )
    func stranger(text: String) async throws {
        try await LoopbackLink.with { link in
            let handle = try connect(to: link.port)
            defer { try? handle.close() }
            _ = try handle.writeAll(text.utf8)
            // The end of the connection, or its reset.
            #expect(try await answer(on: handle).isEmpty)
        }
    }

    @Test("a header that is cut off uses no ticket")
    func cutHeader() async throws {
        try await LoopbackLink.with { link in
            let ticket = link.ticket(CountingSink())
            let handle = try connect(to: link.port)
            _ = try handle.writeAll("ployz-stream/1 \(ticket.secret.prefix(20))".utf8)
            try handle.close()
            #expect(try await link.send(BytesSource(count: 5), with: ticket).bytes == ByteCount(5))
        }
    }

    private func connect(to port: Int) throws -> FileDescriptor {
        let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = UInt16(port).bigEndian
        address.sin6_addr = in6addr_loopback
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
        try #require(status == 0)
        return FileDescriptor(rawValue: descriptor)
    }

    private func answer(on descriptor: FileDescriptor) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                var buffer = [UInt8](repeating: 0, count: 100)
                let count = (try? buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }) ?? 0
                continuation.resume(returning: Array(buffer[..<count]))
            }
        }
    }

    @Test("nobody listening is said within the connect limit")
    func nobody() async throws {
        let ticket = TransferTicket(secret: String(repeating: "0", count: 64), host: "::1", port: 1)
        let link = LoopbackLink(office: TicketOffice(host: "::1", port: 1, timekeeper: SystemTimekeeper()), port: 1)
        let error = await #expect(throws: PloyzError.self) {
            try await link.send(BytesSource(count: 1), with: ticket)
        }
        #expect(error?.code == .transferBroken)
    }
}

/// Writes so many bytes, `.max` for no end.
private struct BytesSource: StreamSource {
    let count: Int
    var failure: PloyzError?
    var pause: Duration = .zero
    var begun: @Sendable () -> Void = {}

    func write(to descriptor: FileDescriptor) async throws {
        try await Task.sleep(for: pause)
        // Off the threads that run tasks: writing to a full pipe blocks.
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        begun()
                        let piece = [UInt8](repeating: 1, count: 64 << 10)
                        var left = count
                        while left > 0 { left -= try descriptor.write(piece.prefix(left)) }
                        if let failure { throw failure }
                    }
                )
            }
        }
    }
}

extension FileDescriptor {
    fileprivate func write(_ bytes: ArraySlice<UInt8>) throws -> Int {
        try bytes.withUnsafeBytes { try write($0) }
    }
}

private final class CountingSink: StreamSink {
    private let total = Mutex<Int?>(nil)
    private let delay: Duration

    init(delay: Duration = .zero) { self.delay = delay }

    var count: Int? { total.withLock { $0 } }

    func read(from descriptor: FileDescriptor) async throws -> UInt64 {
        let count = try await drain(descriptor, limit: .max)
        try await Task.sleep(for: delay)
        total.withLock { $0 = count }
        return 7
    }
}

private struct FailingSink: StreamSink {
    let failure: PloyzError
    let after: Int

    func read(from descriptor: FileDescriptor) async throws -> UInt64 {
        _ = try await drain(descriptor, limit: after)
        throw failure
    }
}

/// Fails at once and leaves a copy of its descriptor behind, as `zfs receive` leaves one to zfs-fuse.
private final class LeavingSink: StreamSink {
    private let copy = Mutex<FileDescriptor?>(nil)
    private let failure: PloyzError

    init(failure: PloyzError) { self.failure = failure }

    var left: FileDescriptor? { copy.withLock { $0 } }

    func read(from descriptor: FileDescriptor) async throws -> UInt64 {
        let copy = try descriptor.duplicate()
        self.copy.withLock { $0 = copy }
        throw failure
    }
}

private func drain(_ descriptor: FileDescriptor, limit: Int) async throws -> Int {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(
                with: Result {
                    var buffer = [UInt8](repeating: 0, count: 64 << 10)
                    var total = 0
                    while total < limit {
                        let count = try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }
                        if count == 0 { break }
                        total += count
                    }
                    return total
                }
            )
        }
    }
}
