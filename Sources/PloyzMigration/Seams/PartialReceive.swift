package import PloyzModel

/// What `zfs receive -s` has kept of a stream that was cut off.
package struct PartialReceive: Hashable, Sendable, Codable {
    package let token: ResumeToken
    /// What it takes on disk.
    package let bytes: ByteCount

    package init(token: ResumeToken, bytes: ByteCount) {
        self.token = token
        self.bytes = bytes
    }
}

/// How far a stream has arrived: `zfs receive` takes objects in their order, and each from its beginning.
package struct StreamPosition: Hashable, Comparable, Sendable {
    package let object: UInt64
    package let offset: UInt64

    package init(object: UInt64, offset: UInt64) {
        self.object = object
        self.offset = offset
    }

    package static func < (one: StreamPosition, other: StreamPosition) -> Bool {
        (one.object, one.offset) < (other.object, other.offset)
    }
}

/// What a resume token stands for, as the `zfs` of the *sending* machine reads it.
package struct ResumePoint: Hashable, Sendable {
    /// GUID of the snapshot that is being sent.
    package let guid: UInt64
    /// GUID of what it is sent from; nil for a full stream.
    package let base: UInt64?
    /// What is left to send; nil when ZFS does not tell.
    package let bytes: ByteCount?
    /// Where it goes on. ``bytes`` tells nothing about it: a try that breaks where the last one broke lessens them too.
    package let position: StreamPosition
    package let isRaw: Bool

    package init(
        guid: UInt64,
        base: UInt64?,
        bytes: ByteCount?,
        position: StreamPosition = StreamPosition(object: 0, offset: 0),
        isRaw: Bool
    ) {
        self.guid = guid
        self.base = base
        self.bytes = bytes
        self.position = position
        self.isRaw = isRaw
    }

    /// Whether `stream` is the one that was cut off.
    package func fits(_ stream: VolumeStream) -> Bool {
        guid == stream.snapshot.guid && base == stream.base?.guid && isRaw == stream.flags.contains(.raw)
            && !stream.includesIntermediates
    }
}
