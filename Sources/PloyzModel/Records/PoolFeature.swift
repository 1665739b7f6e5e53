/// Features of a pool that decide what its datasets can hold or receive (zpool-features(7)), by their name behind
/// `feature@`.
package enum PoolFeature: String, Codable, Hashable, Sendable, CaseIterable {
    case largeBlocks = "large_blocks"
    case lz4 = "lz4_compress"
    case zstd = "zstd_compress"
    case largeDnode = "large_dnode"
    case encryption
}
