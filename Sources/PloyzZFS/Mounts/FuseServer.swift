import PloyzSystem

/// The process that serves a zfs-fuse mount.
///
/// With zfs-fuse an unmount is over for the kernel before it is over for ZFS: only when the daemon's next read of
/// `/dev/fuse` fails does it free files that were removed while they were open, and sync. It closes the descriptor
/// last. Until then `unique` may lag behind, and the dataset may still change after a snapshot; both were seen, with
/// some 50 ms between the two ends.
enum FuseServer {
    enum Answer: Hashable, Sendable {
        case done
        case serving
        /// The kernel does not tell which connection a descriptor of `/dev/fuse` belongs to.
        case unknown
    }

    /// Whether a zfs-fuse still serves the file system with this device number, `0:minor`. The minor number is the
    /// connection's (`/sys/fs/fuse/connections`), and `/proc/<pid>/fdinfo` shows it for descriptors of `/dev/fuse`.
    static func answer(device: String) -> Answer {
        guard let minor = device.split(separator: ":").last else { return .unknown }
        for pid in Files.names(in: "/proc").compactMap({ Int32($0) })
        where KernelFile.text("/proc/\(pid)/comm") == "zfs-fuse\n" {
            for descriptor in Files.names(in: "/proc/\(pid)/fd")
            where Files.link("/proc/\(pid)/fd/\(descriptor)") == "/dev/fuse" {
                guard let connection = KernelFile.text("/proc/\(pid)/fdinfo/\(descriptor)").flatMap(connection) else {
                    return .unknown
                }
                if connection == minor { return .serving }
            }
        }
        return .done
    }

    private static func connection(in text: String) -> Substring? {
        text.split(separator: "\n").lazy
            .map { $0.split(whereSeparator: \.isWhitespace) }
            .first { $0.count == 2 && $0[0] == "fuse_connection:" }?[1]
    }
}
