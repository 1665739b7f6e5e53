import PloyzModel

/// With which flags of `zfs send` a volume travels. Decided at its first send, from what both ends can, and the same for
/// every later stream, in whatever direction and to whatever machine; kept in ``VolumeRecord/sendFlags``.
enum Lineage {
    static func flags(
        of record: VolumeRecord,
        base: VolumeSnapshot?,
        encryption: VolumeEncryption?,
        source: StorageCapability?,
        target: StorageCapability?
    ) -> [StreamFlag] {
        if let fixed = record.sendFlags { return fixed }
        // Sent before flags were kept: it began without any.
        guard base == nil, record.previousCopies.isEmpty else { return [] }
        if encryption != nil { return [.raw] }
        guard let source, let target, source.has(.sendCompressed), target.has(.sendCompressed) else { return [] }
        let compressions: [PoolFeature] = [.lz4, .zstd]
        let canDecompress = compressions.allSatisfy { !source.has($0) || target.has($0) }
        return [
            source.has(.largeBlocks) && target.has(.largeBlocks) ? .largeBlocks : nil,
            canDecompress && source.has(.lz4) ? .compressed : nil,
        ].compactMap(\.self)
    }

    /// What a machine lacks for streams with `flags`, in words.
    static func missing(_ flags: [StreamFlag], on storage: StorageCapability) -> [String] {
        var missing: [String] = []
        if flags.contains(.raw) {
            if !storage.has(.sendRaw) { missing.append(StorageFeature.sendRaw.rawValue) }
            if !storage.has(.encryption) { missing.append("the pool feature \(PoolFeature.encryption.rawValue)") }
        }
        guard flags.contains(where: { $0 != .raw }) else { return missing }
        if !storage.has(.sendCompressed) { missing.append(StorageFeature.sendCompressed.rawValue) }
        let pairs: [(StreamFlag, PoolFeature)] = [(.largeBlocks, .largeBlocks), (.compressed, .lz4)]
        for (flag, feature) in pairs where flags.contains(flag) && !storage.has(feature) {
            missing.append("the pool feature \(feature.rawValue)")
        }
        return missing
    }
}
