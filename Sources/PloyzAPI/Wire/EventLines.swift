package import Hummingbird
import NIOCore
import PloyzModel
import ServiceLifecycle

extension Response {
    /// A stream of events, one line each, sent as they happen.
    ///
    /// - Parameter heartbeat: how often an empty line is sent besides.
    package static func lines<Event: Document>(
        _ events: AsyncThrowingStream<Event, any Error>,
        heartbeat: Duration
    ) -> Response {
        let body = ResponseBody { writer in
            try await withThrowingTaskGroup(of: Void.self) { group in
                let (lines, feed) = AsyncStream.makeStream(of: ByteBuffer.self, bufferingPolicy: .bufferingOldest(4096))
                group.addTask {
                    await forward(events, to: feed)
                    feed.finish()
                }
                group.addTask {
                    while true {
                        try await Task.sleep(for: heartbeat)
                        feed.yield(ByteBuffer(string: "\n"))
                    }
                }
                // A stream may last for hours; without this a daemon that is told to stop would wait for it.
                try await withGracefulShutdownHandler {
                    for await line in lines { try await writer.write(line) }
                } onGracefulShutdown: {
                    feed.finish()
                }
                group.cancelAll()
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/x-ndjson"], body: body)
    }

    private static func forward<Event: Document>(
        _ events: AsyncThrowingStream<Event, any Error>,
        to feed: AsyncStream<ByteBuffer>.Continuation
    ) async {
        do {
            for try await event in events {
                // A reader that is thousands of events behind is cut off; it may watch again.
                guard case .enqueued = feed.yield(try line(StreamLine(event: event))) else { return }
            }
        } catch {
            let failure = StreamLine<Event>(error: ErrorDocument(PloyzError(describing: error)))
            if let line = try? line(failure) { feed.yield(line) }
        }
    }

    static func line(_ line: some Document) throws -> ByteBuffer {
        var buffer = ByteBuffer(bytes: try DocumentForm.encode(line))
        buffer.writeString("\n")
        return buffer
    }
}
