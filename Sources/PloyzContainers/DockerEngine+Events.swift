import Foundation
package import PloyzMigration
import PloyzModel

extension DockerEngine {
    /// Events from the moment of the call on: Docker is asked for those that pass while the connection is made too.
    /// The stream ends only by cancellation or with an error; connecting again is the caller's business. A caller that
    /// falls 4096 events behind gets `docker-events-lost` and has to look at all containers anew.
    package func events() -> AsyncThrowingStream<ContainerEvent, any Error> {
        let since = time.date
        return AsyncThrowingStream(bufferingPolicy: .bufferingOldest(4096)) { continuation in
            let task = Task {
                do {
                    try await follow(since: since) { event in
                        if case .dropped = continuation.yield(event) { throw lost("they were not read in time") }
                    }
                    throw lost("Docker has closed the stream")
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func follow(since: Date, _ handle: (ContainerEvent) throws -> Void) async throws {
        let filters = [
            "type": ["container"], "event": ["start", "die", "destroy"], "label": [ContainerLabel.instance],
        ]
        let microseconds = Int64(since.timeIntervalSince1970 * 1e6)
        let fraction = String(microseconds % 1_000_000 + 1_000_000).dropFirst()
        let query = [
            ("since", "\(microseconds / 1_000_000).\(fraction)"),
            ("filters", String(decoding: try JSON.encode(filters), as: UTF8.self)),
        ]
        let action = "report events"
        try await docker.lines(DockerCall(.get, "events", query: query), within: Limit.look, doing: action) { line in
            guard let message = try? JSON.decode(EventMessage.self, from: line) else {
                throw PloyzError(.dockerProtocol, "cannot read an event of Docker's")
            }
            if let event = message.event { try handle(event) }
        }
    }

    private func lost(_ reason: String) -> PloyzError {
        PloyzError(.dockerEventsLost, "events of containers are lost: \(reason)", next: "list all containers again")
    }
}
