import Glibc
import Logging
import PloyzMigration
package import PloyzModel

/// Mounting, and knowing that nobody is left after an unmount.
///
/// A file system lives on after its unmount as long as any mount namespace lists it, with its writers. zfs-fuse even
/// takes a snapshot back or says `mounted no` while that is so; therefore the kernel's own tables are asked. They are
/// compared by device number, because other namespaces on the host may have a dataset of the same name in a pool of
/// theirs. The number is noted at the mount, to be known after the unmount.
extension ZFSVolumeStore {
    /// How long an unmount waits for those who are about to let go: a stopped container's namespace, a closing file.
    private static let releaseLimit = Duration.seconds(2)

    package func mount(_ volume: VolumeRef) async throws {
        try await requireOurs(volume)
        let dataset = layout.dataset(of: volume)
        try await mounting.withLock(layout.root.text) {
            guard mountEntry(of: volume) == nil else { return }
            try Placeholder(layout: layout, volume: volume).clear()
            do {
                try await mountLoadingKey(volume, dataset)
            } catch let error as ZFSError where mountEntry(of: volume) != nil {
                // Mounted by somebody else meanwhile.
                logger.debug("zfs mount found it mounted", metadata: ["zfs.message": "\(error.message)"])
            } catch let error as ZFSError {
                throw error.error(about: dataset)
            }
        }
        guard let entry = mountEntry(of: volume) else {
            throw PloyzError(.zfsFailed, "\(dataset) is not mounted although zfs mount succeeded")
        }
        guard entry.mountPoint == layout.mountPoint(of: volume) else {
            throw PloyzError(
                .mountPointInUse,
                "\(dataset) is mounted at \(entry.mountPoint), not at \(layout.mountPoint(of: volume))",
                next: "zfs unmount \(dataset)"
            )
        }
        try MountNote(device: entry.device).write(to: layout.mountNote(of: volume))
    }

    /// After a boot nobody may have loaded the key yet, and a raw stream may have brought another one.
    private func mountLoadingKey(_ volume: VolumeRef, _ dataset: DatasetName) async throws {
        do {
            try await command.runWhileBusy(.mount(dataset))
        } catch let error as ZFSError where [.keyNotLoaded, .permissionDenied].contains(error.complaint) {
            try await loadKey(of: volume, from: nil)
            try await command.runWhileBusy(.mount(dataset))
        }
    }

    package func unmount(_ volume: VolumeRef) async throws {
        try await requireOurs(volume)
        let dataset = layout.dataset(of: volume)
        var device = MountNote.read(layout.mountNote(of: volume))?.device
        let end = timekeeper.now + Self.releaseLimit
        while let entry = mountEntry(of: volume) {
            device = entry.device
            guard timekeeper.now < end + Self.releaseLimit else {
                throw busy(volume, submounts(below: entry.mountPoint))
            }
            do {
                try await command.run(.unmount(dataset))
            } catch let error as ZFSError where error.complaint == .busy && timekeeper.now < end {
                try await timekeeper.sleep(for: .milliseconds(20))
            } catch let error as ZFSError where error.complaint == .busy {
                throw busy(volume, MountHolders.here(below: entry.mountPoint) + submounts(below: entry.mountPoint))
            } catch let error as ZFSError where mountEntry(of: volume) != nil {
                throw error.error(about: dataset)
            }
        }
        guard let device else { return }
        var holders = MountHolders.elsewhere(device: device, source: dataset.text)
        while !holders.isEmpty {
            guard timekeeper.now < end else { throw busy(volume, holders.map(\.description)) }
            try await timekeeper.sleep(for: .milliseconds(5))
            holders = MountHolders.elsewhere(device: device, source: dataset.text)
        }
        try await waitForServer(of: device, dataset)
    }

    package func foreignHolders(of volume: VolumeRef) async throws -> [String] {
        guard let entry = mountEntry(of: volume) else {
            guard let device = MountNote.read(layout.mountNote(of: volume))?.device else { return [] }
            return MountHolders.elsewhere(device: device, source: layout.dataset(of: volume).text)
                .map(\.description)
        }
        let containers = Set(try await containerProcesses().compactMap(MountHolders.namespace))
        let elsewhere = MountHolders.elsewhere(device: entry.device, source: entry.source)
            .filter { holder in
                // A namespace that takes part in our unmounts lets go with us.
                let follows = holder.entry.propagation.contains { mark in
                    guard let group = mark.split(separator: ":").last else { return false }
                    return entry.propagation.contains("shared:\(group)")
                }
                return !follows && !(MountHolders.namespace(of: holder.pid).map(containers.contains) ?? true)
            }
            .map(\.description)
        return MountHolders.here(below: entry.mountPoint) + submounts(below: entry.mountPoint) + elsewhere
    }

    /// Waits until zfs-fuse, where that is the ZFS, has written what was left and let go of the dataset.
    private func waitForServer(of device: String, _ dataset: DatasetName) async throws {
        let end = timekeeper.now + Self.releaseLimit
        while FuseServer.answer(device: device) == .serving {
            guard timekeeper.now < end else {
                throw PloyzError(
                    .volumeBusy,
                    "zfs-fuse has not let go of \(dataset)",
                    state: "the dataset is unmounted, but may still change",
                    next: "repeat the command"
                )
            }
            try await timekeeper.sleep(for: .milliseconds(2))
        }
    }

    /// Where this mount namespace has the volume's dataset; nil when it is not mounted here.
    func mountEntry(of volume: VolumeRef) -> MountEntry? {
        let dataset = layout.dataset(of: volume).text
        return MountHolders.own().last { $0.isZFS && $0.source == dataset && $0.root == "/" }
    }

    private func submounts(below path: String) -> [String] {
        MountHolders.own().filter { $0.mountPoint.hasPrefix(path + "/") }.map { "mount \($0.mountPoint)" }
    }

    private func busy(_ volume: VolumeRef, _ holders: [String]) -> PloyzError {
        PloyzError(
            .volumeBusy,
            "the volume \(volume) is in use by \(holders.isEmpty ? "the kernel" : holders.joined(separator: ", "))",
            state: "its dataset is still mounted",
            next: "end these processes, then repeat the command"
        )
    }
}
