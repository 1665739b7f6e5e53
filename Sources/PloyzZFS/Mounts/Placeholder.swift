import Glibc
import PloyzModel

/// Empty directories below the mount root that stand in for a volume's mount point and its `data` directory while the
/// dataset is not mounted.
///
/// Every step works on descriptors of the directories *below* a mount, so a dataset that is mounted meanwhile is
/// never touched: its own `data` directory may well be empty, and must not be taken for a stand-in.
struct Placeholder {
    let layout: ZFSLayout
    let volume: VolumeRef

    /// Makes the stand-ins; where the dataset is mounted there is nothing to do.
    func make() throws {
        try Files.makeDirectories("\(layout.mountRoot)/\(volume.namespace)")
        try withNamespaceDirectory { parent in
            guard mkdirat(parent, volume.volume.text, 0o755) == 0 || errno == EEXIST else {
                throw failure("cannot be made")
            }
            try withMountPoint(in: parent) { directory in
                guard mkdirat(directory, ZFSLayout.dataDirectory, 0o755) == 0 || errno == EEXIST else {
                    throw failure("cannot be made")
                }
            }
        }
    }

    /// Removes the stand-in for `data`, and so the way for Docker to start a container without the dataset.
    ///
    /// - Throws: ``PloyzError`` `mount-point-in-use` when anything lies there that is not ours.
    func clear() throws {
        try withNamespaceDirectory { parent in
            try withMountPoint(in: parent) { directory in
                guard unlinkat(directory, ZFSLayout.dataDirectory, AT_REMOVEDIR) == 0 || errno == ENOENT else {
                    throw failure("is not empty: it was written while the volume was not mounted")
                }
            }
        }
    }

    private func withNamespaceDirectory(_ body: (Int32) throws -> Void) throws {
        let descriptor = open("\(layout.mountRoot)/\(volume.namespace)", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw failure("cannot be opened") }
            return
        }
        defer { close(descriptor) }
        try body(descriptor)
    }

    /// Calls `body` unless the mount point is missing, or another file system is mounted on it.
    private func withMountPoint(in parent: Int32, _ body: (Int32) throws -> Void) throws {
        let descriptor = openat(parent, volume.volume.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw failure("cannot be opened") }
            return
        }
        defer { close(descriptor) }
        var outer = stat()
        var inner = stat()
        guard fstat(parent, &outer) == 0, fstat(descriptor, &inner) == 0 else { throw failure("cannot be read") }
        if outer.st_dev == inner.st_dev { try body(descriptor) }
    }

    private func failure(_ what: String) -> PloyzError {
        PloyzError(
            .mountPointInUse,
            "\(layout.directory(of: volume)) \(what) (\(String(cString: strerror(errno))))",
            state: "nothing was removed",
            next: "ls -la \(layout.mountPoint(of: volume))"
        )
    }
}
