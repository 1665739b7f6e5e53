package import PloyzModel

/// What the ZFS of this machine can do, beyond what a ``StorageCapability`` tells other machines.
package struct ZFSAbilities: Hashable, Sendable {
    package let capability: StorageCapability
    /// The property that counts the bytes written since the newest snapshot. OpenZFS has `written`. zfs-fuse 0.7 has
    /// none of that name, but the hidden `unique`, the space that only the dataset itself refers to: 0 straight after
    /// a snapshot, and more as soon as anything, an inode's time included, is written.
    package let writtenProperty: String
    /// `zfs set a=1 b=2 dataset`.
    package let setsSeveral: Bool

    package func has(_ feature: StorageFeature) -> Bool { capability.features.contains(feature) }

    package init(capability: StorageCapability, writtenProperty: String, setsSeveral: Bool) {
        self.capability = capability
        self.writtenProperty = writtenProperty
        self.setsSeveral = setsSeveral
    }
}
