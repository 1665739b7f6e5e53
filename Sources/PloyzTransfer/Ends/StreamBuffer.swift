package import PloyzModel

/// How large the buffer at each end of a stream is: what one side can be ahead of the other.
package enum StreamBuffer {
    /// Half a second of a link of 1 Gbit/s.
    package static let standard = ByteCount.mebibytes(64)
    /// Below it the pipes and sockets hold more; above it a handful of streams would take a machine's memory.
    package static let range = ByteCount.mebibytes(1)...ByteCount.mebibytes(1024)
}
