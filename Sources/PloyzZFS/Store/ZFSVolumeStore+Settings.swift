import Logging
import PloyzMigration
package import PloyzModel

/// Properties that somebody set on a volume's dataset itself move with it; the daemon's own (``settings(_:of:)`` of the
/// creation) do not.
extension ZFSVolumeStore {
    package func settings(of volume: VolumeRef) async throws -> VolumeSettings {
        let dataset = layout.dataset(of: volume)
        return LocalProperties.settings(try await perform(.settings(of: dataset), on: dataset))
    }

    package func apply(_ settings: VolumeSettings, to volume: VolumeRef, isReceiving: Bool) async throws {
        _ = try await ownProperties([], of: volume)
        let dataset = layout.dataset(of: volume)
        let present = try await self.settings(of: volume)
        let changes = SettingChanges(from: present.early, to: settings.early)
        try await set(changes.set + (isReceiving ? [.quota(nil)] : []), of: dataset)
        for name in changes.inherited { try await perform(.inherit(name, of: dataset), on: dataset) }
        let limit = isReceiving ? nil : settings.values[VolumeSettings.limit]
        guard limit != present.values[VolumeSettings.limit] else { return }
        do {
            try await command.runWhileBusy(.set([ZFSProperty(VolumeSettings.limit, limit ?? "none")], of: dataset))
        } catch let error as ZFSError where error.complaint == .limitTooSmall {
            // The same data may take more space here than it did there. The volume is the target's by now: it goes on.
            logger.warning(
                "A volume takes more here than the quota that it had elsewhere, and has none now",
                metadata: ["volume": "\(volume)", "zfs.quota": "\(limit ?? "none")", "zfs.message": "\(error.message)"]
            )
        } catch let error as ZFSError {
            throw error.error(about: dataset)
        }
    }
}
