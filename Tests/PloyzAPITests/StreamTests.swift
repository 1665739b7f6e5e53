import Foundation
import PloyzAPI
import PloyzAPITestSupport
import PloyzMigration
import PloyzModel
import Testing

@Suite("Event streams", .timeLimit(.minutes(5)))
struct StreamTests {
    @Test("An event arrives before the next one happens")
    func asTheyHappen() async throws {
        let (events, feed) = AsyncThrowingStream.makeStream(of: MigrationNotice.self, throwing: (any Error).self)
        let service = FakeOperatorService(stream: { _ in events })
        try await TestDaemon.run(service) { client, _ in
            var received = try await client.watch(Samples.operation).makeAsyncIterator()
            for notice in Samples.notices {
                feed.yield(notice)
                #expect(try await received.next() == notice)
            }
            feed.finish()
            #expect(try await received.next() == nil)
        }
    }

    @Test("A failure of the stream comes after the events before it")
    func failure() async throws {
        let service = FakeOperatorService(stream: { _ in
            FakeOperatorService.events(Array(Samples.notices.prefix(3)), failure: Samples.notReady)
        })
        try await TestDaemon.run(service) { client, _ in
            var received = try await client.watch(Samples.operation).makeAsyncIterator()
            for notice in Samples.notices.prefix(3) { #expect(try await received.next() == notice) }
            await #expect(throws: Samples.notReady) { try await received.next() }
        }
    }

    @Test("When the reader leaves, the service's stream ends")
    func readerLeaves() async throws {
        let (events, feed) = AsyncThrowingStream.makeStream(of: MigrationNotice.self, throwing: (any Error).self)
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        feed.onTermination = { _ in end.finish() }
        let service = FakeOperatorService(stream: { _ in events })
        try await TestDaemon.run(service, heartbeat: .milliseconds(20)) { client, _ in
            feed.yield(Samples.notices[0])
            let reader = Task {
                for try await _ in try await client.watch(Samples.operation) { return }
            }
            try await reader.value
            for await _ in ended {}
        }
    }
}
