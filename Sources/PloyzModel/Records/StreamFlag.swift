/// A flag of `zfs send` that the first send of a volume fixes for all its later ones, in whatever direction
/// (zfs-send(8)). Toggling `-L` is refused by ZFS or doubles blocks; mixing raw and other streams ends in
/// "IV set guid mismatch".
package enum StreamFlag: String, Codable, Hashable, Sendable, CaseIterable {
    /// Blocks above 128 KiB as they are.
    case largeBlocks = "-L"
    /// Blocks that lie in their pointers as they are.
    case embedded = "-e"
    /// Compressed blocks as they are.
    case compressed = "-c"
    /// Encrypted blocks as they are: the target needs no key to receive them. Implies the others.
    case raw = "-w"
}
