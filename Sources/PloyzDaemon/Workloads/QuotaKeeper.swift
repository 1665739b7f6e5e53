import Logging
import PloyzMigration
import PloyzModel

/// Makes the quotas of this machine's volumes what their records say: a deploy may have changed one, and a copy that was
/// here before may have an older one.
struct QuotaKeeper: Sendable {
    let placements: LocalPlacements
    let volumes: (any VolumeStore)?
    let timekeeper: any Timekeeper
    let logger: Logger

    /// Between a change of the records and the first call of ZFS: a change may be a commit, and then clients wait for
    /// other things.
    private static let patience = Duration.seconds(1)
    private static let retry = Duration.seconds(10)

    /// What was set last.
    fileprivate struct Setting: Hashable {
        let epoch: Epoch
        let quota: Capacity?
    }

    /// Follows the records until the task is cancelled.
    func follow(_ mirror: ClusterMirror) async {
        guard let volumes else { return }
        var settings: [VolumeRef: Setting] = [:]
        let reader = mirror.reader(under: [.volumes])
        for await _ in mirror.changes() where mirror.isRead {
            guard !reader.take().isEmpty else { continue }
            var isDone = false
            while !isDone, !Task.isCancelled {
                isDone = true
                let own = placements.volumes().filter { record in
                    record.isCreated && settings[record.ref] != Setting(record)
                }
                if !own.isEmpty { try? await timekeeper.sleep(for: Self.patience) }
                for record in own {
                    do {
                        try await volumes.setQuota(record.spec.quota, of: record.ref)
                        settings[record.ref] = Setting(record)
                    } catch {
                        isDone = false
                        logger.error(
                            "A quota cannot be set",
                            metadata: ["volume": "\(record.ref)", "error": "\(error)"]
                        )
                    }
                }
                if !isDone { try? await timekeeper.sleep(for: Self.retry) }
            }
        }
    }
}

extension QuotaKeeper.Setting {
    fileprivate init(_ record: VolumeRecord) { self.init(epoch: record.epoch, quota: record.spec.quota) }
}
