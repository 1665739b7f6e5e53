package import PloyzMigration
package import PloyzModel

/// A bookmark is the name and the GUID of a snapshot, which can be sent from when the snapshot is gone. Ours have the names
/// of their snapshots, and go with them.
extension ZFSVolumeStore {
    package func bookmarks(of volume: VolumeRef) async throws -> [VolumeSnapshot] {
        guard try await abilities().has(.bookmarks) else { return [] }
        let dataset = layout.dataset(of: volume)
        let table = try PropertyTable(
            try await perform(.bookmarks(["guid", "createtxg"], of: dataset), on: dataset)
        )
        return table.names.compactMap { text -> VolumeSnapshot? in
            guard text.hasPrefix(dataset.text + "#"),
                let name = try? SnapshotName(String(text.dropFirst(dataset.text.count + 1))),
                let guid = table.number(text, "guid"), let creation = table.number(text, "createtxg")
            else { return nil }
            return VolumeSnapshot(name: name, guid: guid, creation: creation, isBookmark: true)
        }.sorted { $0.creation < $1.creation }
    }

    package func keepBase(_ volume: VolumeRef, _ snapshot: VolumeSnapshot) async throws {
        guard try await abilities().has(.bookmarks), snapshot.name.isOurs, !snapshot.isBookmark else { return }
        try await requireOurs(volume)
        let dataset = layout.dataset(of: volume)
        do {
            try await command.runWhileBusy(.bookmark(dataset, snapshot.name))
        } catch let error as ZFSError where [.alreadyExists, .doesNotExist].contains(error.complaint) {
            return
        } catch let error as ZFSError {
            throw error.error(about: dataset)
        }
    }

    /// Destroys the bookmark of that name if it is of this snapshot; for who has checked that the dataset is ours.
    func destroyBookmark(_ dataset: DatasetName, _ snapshot: VolumeSnapshot) async throws {
        guard try await abilities().has(.bookmarks) else { return }
        let target = ZFSTarget.bookmark(dataset, snapshot.name)
        let table = try PropertyTable(try await command.run(.get(["guid"], of: [target])))
        guard table.number(target.text, "guid") == snapshot.guid else { return }
        try await command.run(.destroyBookmark(dataset, snapshot.name))
    }
}
