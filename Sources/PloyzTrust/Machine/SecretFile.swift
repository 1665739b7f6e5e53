import Foundation
import PloyzModel

/// A small text file, mode 0600, that is replaced as a whole: temporary file, write, fsync, rename, fsync of the
/// directory (rename(2), fsync(2)).
struct SecretFile {
    let path: String

    /// The file's text; nil when there is no file.
    func read() throws(PloyzError) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0, errno == ENOENT { return nil }
        try check(descriptor, "opened")
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: maximumDocumentBytes + 1)
        var count = 0
        while count < bytes.count {
            let added = bytes.withUnsafeMutableBytes { buffer in
                Foundation.read(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
            }
            if added < 0, errno == EINTR { continue }
            try check(Int32(added), "read")
            if added == 0 { break }
            count += added
        }
        guard count <= maximumDocumentBytes else {
            throw PloyzError(.failed, "'\(path)' is larger than \(maximumDocumentBytes) bytes")
        }
        guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
            throw PloyzError(.failed, "'\(path)' is not text")
        }
        return text
    }

    /// Replaces the file. When this returns, the bytes survive a power cut.
    func write(_ text: String) throws(PloyzError) { try write(bytes: Array(text.utf8)) }

    /// The same for bytes that are no text.
    func write(bytes: [UInt8]) throws(PloyzError) {
        let temporary = path + ".new"
        // A file that a crash left here has the mode it was made with; it is made again.
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        try check(descriptor, "created")
        do throws(PloyzError) {
            try write(bytes, to: descriptor)
            try check(fsync(descriptor), "synced")
        } catch {
            close(descriptor)
            throw error
        }
        close(descriptor)
        try check(rename(temporary, path), "renamed")
        try syncDirectory()
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32) throws(PloyzError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            try check(Int32(count), "written")
            rest = rest.dropFirst(count)
        }
    }

    private func syncDirectory() throws(PloyzError) {
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = open(parent.isEmpty ? "/" : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        try check(descriptor, "opened")
        defer { close(descriptor) }
        try check(fsync(descriptor), "synced")
    }

    private func check(_ result: Int32, _ action: String) throws(PloyzError) {
        guard result >= 0 else {
            throw PloyzError(.failed, "'\(path)' could not be \(action): \(String(cString: strerror(errno)))")
        }
    }
}
