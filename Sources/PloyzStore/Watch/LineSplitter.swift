import NIOCore

/// Cuts a stream of chunks into lines, none longer than a bound.
struct LineSplitter {
    struct LineTooLong: Error, CustomStringConvertible {
        let limit: Int

        var description: String { "a line of the watch is longer than \(limit) bytes" }
    }

    let limit: Int
    private var pending: ByteBuffer
    /// How many bytes of ``pending`` are known to hold no line's end.
    private var searched = 0

    init(limit: Int) {
        self.limit = limit
        pending = ByteBuffer()
    }

    /// The lines that `chunk` completes, without their ends; empty lines are left out.
    mutating func append(_ chunk: ByteBuffer) throws(LineTooLong) -> [ByteBuffer] {
        pending.writeImmutableBuffer(chunk)
        var lines: [ByteBuffer] = []
        while let length = lengthOfLine() {
            guard length <= limit else { throw LineTooLong(limit: limit) }
            if let line = pending.readSlice(length: length), length > 0 { lines.append(line) }
            pending.moveReaderIndex(forwardBy: 1)
            searched = 0
        }
        guard pending.readableBytes <= limit else { throw LineTooLong(limit: limit) }
        pending.discardReadBytes()
        return lines
    }

    private mutating func lengthOfLine() -> Int? {
        let view = pending.readableBytesView
        guard let end = view[(view.startIndex + searched)...].firstIndex(of: UInt8(ascii: "\n")) else {
            searched = view.count
            return nil
        }
        return end - view.startIndex
    }
}
