package import SystemPackage

/// What a stream is read from on the machine that sends: `zfs send`, or an image.
package protocol StreamSource: Sendable {
    /// Writes the whole stream into `descriptor`, the blocking end of a pipe, and returns after its last byte.
    ///
    /// The descriptor stays open; a child process gets a duplicate of it. When the reader has gone, writing fails with
    /// `EPIPE`, and the call throws. Cancelling the task ends it.
    func write(to descriptor: FileDescriptor) async throws
}

/// What takes a stream on the machine that receives: `zfs receive`, or the container engine.
package protocol StreamSink: Sendable {
    /// Reads `descriptor`, the blocking end of a pipe, to its end and returns once what came is complete and durable.
    ///
    /// The end of the pipe does not say that the stream was whole: the source may have been cut off. A sink must be
    /// able to tell from the bytes (a ZFS stream has an end record), or by checking what it got afterwards.
    ///
    /// - Returns: the GUID of the snapshot that was received; 0 for an image.
    /// - Throws: ``PloyzError`` when the stream cannot be taken; it is carried to the source as it is.
    func read(from descriptor: FileDescriptor) async throws -> UInt64
}
