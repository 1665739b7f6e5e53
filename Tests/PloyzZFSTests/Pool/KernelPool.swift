import Foundation
import PloyzModel
import PloyzZFS
import Synchronization
import Testing

extension Trait where Self == ConditionTrait {
    /// For tests of what the pool's ZFS may or may not have: OpenZFS has it, zfs-fuse has none of it.
    static func feature(_ feature: StorageFeature) -> Self {
        .enabled("the ZFS of the pool has no \(feature.rawValue)") { try await PoolAbilities.has(feature) }
    }
}

/// What the ZFS of the test pool can do, asked once.
enum PoolAbilities {
    private static let known = Mutex<StorageCapability?>(nil)

    static func has(_ feature: StorageFeature) async throws -> Bool {
        guard PoolMachine.root != nil else { return false }
        if let known = known.withLock({ $0 }) { return known.has(feature) }
        let directory = FileManager.default.temporaryDirectory.path() + "ployz-probe-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let found = try await PoolMachine("probe", directory: directory).store.capability()
        known.withLock { $0 = found }
        return found.has(feature)
    }
}
