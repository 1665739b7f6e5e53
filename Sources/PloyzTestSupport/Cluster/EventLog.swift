package import PloyzMigration
import Synchronization

/// Keeps the events of a migration in order.
package final class EventLog: Sendable {
    private let kept = Mutex<[MigrationEvent]>([])

    package init() {}

    package var events: [MigrationEvent] { kept.withLock { $0 } }
    package var append: EventSink {
        { [self] event in kept.withLock { $0.append(event) } }
    }
}
