import Logging
import PloyzMigration
import PloyzModel
import PloyzTrust

/// Writes the list of revocations from the records of machines that were removed, for etcd. Every machine has it: one that
/// is to become a storage member needs it before it has a member of the store.
struct RevocationKeeper: Sendable {
    let file: RevocationFile
    let mirror: ClusterMirror
    let timekeeper: any Timekeeper
    let logger: Logger

    /// Follows the records until the task is cancelled.
    func follow() async {
        let reader = mirror.reader(under: [.revoked, .machines])
        var isWritten = false
        for await _ in mirror.changes() where mirror.isRead {
            if !reader.take().isEmpty { isWritten = false }
            while !isWritten, !Task.isCancelled {
                do {
                    try file.write(
                        Self.list(of: mirror.records(RemovedMachine.self, under: .revoked)),
                        at: timekeeper.date
                    )
                    isWritten = true
                } catch {
                    logger.error("The list of revocations cannot be written", metadata: ["error": "\(error)"])
                    try? await timekeeper.sleep(for: .seconds(1))
                }
            }
        }
    }

    static func list(of machines: [RemovedMachine]) -> RevocationList {
        RevocationList(
            machines.flatMap { machine in
                machine.serials.map { RevocationList.Entry(serial: $0, revokedAt: machine.removedAt) }
            }
        )
    }
}
