import PloyzModel

/// Nothing on this machine can write the volumes any more, and that is verified: the processes are gone, the datasets are
/// unmounted, and no mount namespace lists them. That nothing was written behind the last snapshot follows with it.
///
/// **Left behind on failure**: some volumes unmounted. The undo of the stop mounts them.
extension MigrationRunner {
    mutating func fence() async throws {
        let began = seams.time.now
        if Mutant.isActive(.fenceSkipped) { return }
        let storage = try seams.storage()
        _ = try await sideBySide(unit.volumes) { [seams] volume in
            try await seams.time.within(seams.limits.local, "unmounting \(volume.ref)") {
                try await storage.unmount(volume.ref)
            }
        }
        entry.record.measured.fence = Microseconds(seams.time.now - began)
    }
}
