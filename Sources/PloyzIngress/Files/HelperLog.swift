import Foundation

/// What a helper appends to its log.
struct HelperLog: Sendable {
    /// A log is emptied when it is larger: helpers write a line or more for each change, and nobody else rotates it.
    private static let most: UInt64 = 8 << 20

    let path: String

    /// Bytes; 0 when there is none.
    var size: UInt64 {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? UInt64) ?? 0
    }

    /// Whole lines that were appended since the log had `offset` bytes, at most 1 MiB of them; `offset` goes on behind
    /// them.
    func lines(after offset: inout UInt64) -> String {
        guard let file = FileHandle(forReadingAtPath: path) else { return "" }
        defer { try? file.close() }
        guard (try? file.seek(toOffset: offset)) != nil, let data = try? file.read(upToCount: 1 << 20),
            let end = data.lastIndex(of: UInt8(ascii: "\n"))
        else { return "" }
        offset += UInt64(end - data.startIndex + 1)
        return String(decoding: data[...end], as: UTF8.self)
    }

    /// Writers append, so none of them minds.
    func limit() {
        if size > Self.most { truncate(path, 0) }
    }
}
