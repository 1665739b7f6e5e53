import PloyzContainers
import PloyzMigration
import PloyzModel
import PloyzTransfer
import PloyzZFS
import SystemPackage

/// `zfs send` as the source of a stream.
struct VolumeSource: StreamSource {
    let volumes: ZFSVolumeStore?
    let stream: VolumeStream

    func write(to descriptor: FileDescriptor) async throws {
        guard let volumes else { throw PloyzError(.noStorage, "this machine has no ZFS") }
        try await volumes.sendProcess(stream, to: descriptor)
    }
}

/// `zfs receive` as the sink of a stream.
struct VolumeSink: StreamSink {
    let volumes: ZFSVolumeStore
    let stream: VolumeStream
    let place: ReceivePlace

    func read(from descriptor: FileDescriptor) async throws -> UInt64 {
        // A ticket that was asked for before its snapshot was taken cannot know the GUID: the sender compares it.
        let expected = stream.snapshot.guid == 0 ? nil : stream.snapshot.guid
        // The next round, or the next try, begins with what has arrived. The last one is held beside the start.
        let newest = try await volumes.receiveProcess(
            stream.volume,
            into: place,
            from: descriptor,
            expecting: expected,
            holding: expected == nil ? nil : .previous
        )
        if let base = stream.base, !base.name.isOurs {
            // A user's, which was the base until now, is its owner's alone again.
            try? await volumes.release(stream.volume, base.name, tag: .previous)
        }
        return newest.guid
    }
}

/// An image of the container engine as the source of a stream.
struct ImageSource: StreamSource {
    let engine: DockerEngine
    let imageID: String

    func write(to descriptor: FileDescriptor) async throws { try await engine.exportImage(imageID, to: descriptor) }
}

/// The container engine as the sink of an image.
struct ImageSink: StreamSink {
    let engine: DockerEngine
    let imageID: String

    func read(from descriptor: FileDescriptor) async throws -> UInt64 {
        try await engine.importImage(imageID, from: descriptor)
        return 0
    }
}
