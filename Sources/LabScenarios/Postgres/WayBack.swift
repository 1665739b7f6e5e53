import PloyzAPI
package import PloyzModel

/// What the move back to the first machine sent, beside what had changed since the volumes left it.
package struct WayBack: Sendable {
    package struct Volume: Sendable {
        package let name: String
        package let isIncremental: Bool
        package let sent: ByteCount
        package let changed: ByteCount
        /// The most that may be sent.
        package let limit: ByteCount
    }

    package let volumes: [Volume]

    /// Bytes of a file of PostgreSQL's write-ahead log.
    private static let segment = UInt64(16) << 20

    /// - Parameters:
    ///   - left: the move by which the volumes left the machine.
    ///   - came: the one by which they came back.
    init(of left: PostgresMove, _ came: PostgresMove) {
        volumes = came.report.volumes.compactMap { volume in
            let name = volume.volume.volume.text
            guard let old = left.findings.copies[name], let new = came.findings.copies[name] else { return nil }
            let changed: UInt64
            let limit: UInt64
            if name == "wal" {
                // Files of the log are made of zeros and written once, and most are gone when the volume comes back. One of
                // 16 MiB may lie ready.
                changed = max(came.findings.written, left.findings.written) - left.findings.written
                limit = 2 * changed + Self.segment
            } else {
                // A block that changed in several rounds was sent in each.
                changed = UInt64(new.changed(since: old))
                limit = changed * UInt64(volume.rounds)
            }
            return Volume(
                name: name,
                isIncremental: came.preview.volumes.contains { $0.volume == volume.volume && $0.base != nil },
                sent: volume.bytes,
                changed: ByteCount(changed),
                // Beside the blocks a stream has a record of 312 bytes for each, and what ZFS writes about each file.
                limit: ByteCount(limit * 21 / 20 + (8 << 20))
            )
        }
    }

    var violations: [String] {
        guard volumes.count == PostgresService.volumes.count else { return ["the way back did not send every volume"] }
        return volumes.flatMap { volume in
            (volume.isIncremental ? [] : ["the way back sends \(volume.name) in full"])
                + (volume.sent <= volume.limit
                    ? []
                    : ["the way back sent \(volume.sent) of \(volume.name), of which \(volume.changed) had changed"])
        }
    }
}
