import Foundation
import Logging
import PloyzAPI
import PloyzMigration
import PloyzModel

/// Cuts a machine off in the moment in which it leaves the records: its open connections are closed, its streams end,
/// what moves to it goes back. Its WireGuard peer goes with the routes; new connections are refused by the records.
struct DepartureWatch: Sendable {
    let machine: MachineID
    let mirror: ClusterMirror
    let connections: PeerConnections
    let streams: StreamEnds
    let migrations: MigrationService
    let standing: Standing
    let logger: Logger

    /// Follows the records until the task is cancelled.
    func follow() async {
        let reader = mirror.reader(under: [.machines, .revoked])
        for await _ in mirror.changes() where mirror.isRead {
            let changes = reader.take()
            guard !changes.isEmpty else { continue }
            for (key, value) in changes where value == nil && key.isBelow(.machines) {
                guard let id = try? MachineID(String(key.text.dropFirst(StoreKey.machines.text.count))) else {
                    continue
                }
                if id != machine { await cutOff(id) }
            }
            learnOwnStanding()
        }
    }

    private func cutOff(_ departed: MachineID) async {
        let closed = connections.close(of: departed)
        let unfinished = mirror.records(OperationRecord.self, under: .operations).filter { $0.outcome == nil }
        migrations.abandon(departed, in: unfinished)
        for record in unfinished where record.from.id == departed && record.to.id == machine {
            try? await streams.revoke(record.attemptID)
        }
        logger.notice(
            "A machine was removed from the cluster",
            metadata: ["machine.id": "\(departed)", "connections": "\(closed)"]
        )
    }

    /// A store from a backup may know nothing of this machine: only what says that it was removed counts.
    private func learnOwnStanding() {
        if mirror.value(.machine(machine)) != nil { return standing.learn(nil, logger: logger) }
        guard let value = mirror.value(.revoked(machine)),
            let removed = try? JSON.decode(RemovedMachine.self, from: value)
        else { return }
        standing.learn(removed, logger: logger)
    }
}
