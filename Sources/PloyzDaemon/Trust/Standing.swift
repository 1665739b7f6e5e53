import Foundation
import Logging
import PloyzMigration
import PloyzModel
import Synchronization
import SystemPackage

/// Whether this machine is still of its cluster, as far as it has heard. A removal is remembered over restarts: the store
/// cannot be asked any more.
final class Standing: Sendable {
    private let cluster: ClusterName
    private let file: DurableFile
    private let removal: Mutex<RemovedMachine?>

    /// - Throws: when the file cannot be read.
    init(cluster: ClusterName, file: DurableFile) throws {
        self.cluster = cluster
        self.file = file
        removal = Mutex(try file.read().map { try JSON.decode(RemovedMachine.self, from: $0) })
    }

    /// - Throws: ``PloyzError`` `machine-removed`.
    func require() throws(PloyzError) {
        guard let removed = removal.withLock({ $0 }) else { return }
        throw PloyzError(
            .machineRemoved,
            "this machine was removed from the cluster '\(cluster)' at \(removed.removedAt.formatted(.iso8601))",
            state: "it takes no part in the cluster and starts nothing; its datasets are as they were",
            next: "to join anew, clean it as docs/operating.md says under 'Remove a machine'"
        )
    }

    /// Takes in what the store says: nil when this machine is of the cluster.
    func learn(_ removed: RemovedMachine?, logger: Logger) {
        let isNews = removal.withLock { known in
            defer { known = removed }
            return known != removed
        }
        guard isNews else { return }
        do {
            if let removed {
                logger.critical("This machine was removed from the cluster")
                try file.write(try JSON.encode(removed))
            } else {
                try file.remove()
            }
        } catch {
            logger.error("That this machine was removed cannot be remembered", metadata: ["error": "\(error)"])
        }
    }
}

extension ErrorCode {
    /// This machine was removed from its cluster.
    static let machineRemoved = ErrorCode("machine-removed", exitStatus: 3)
}
