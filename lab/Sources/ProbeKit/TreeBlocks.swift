import Glibc

/// The blocks of all regular files below a directory, hashed one by one.
package struct TreeBlocks {
    /// A block of a file.
    package struct Block: Equatable, CustomStringConvertible {
        /// The first 16 hexadecimal digits of the SHA-256: enough to tell a few million blocks apart.
        package var hash: String
        /// Bytes; less than the block size at the end of a file.
        package var count: Int
        /// Relative to the directory.
        package var file: String
        package var index: Int

        package var description: String { "\(hash) \(count) \(index) \(file)" }
    }

    private let root: BytePath
    private let size: Int

    package init(of root: BytePath, block size: Int) {
        self.root = root
        self.size = size
    }

    /// Goes through the files in the order of their names.
    ///
    /// - Throws: ``BytePathError``, and what `body` throws.
    package func forEach(_ body: (Block) throws -> Void) throws { try visit(root, relative: [], body) }

    private func visit(_ path: BytePath, relative: [UInt8], _ body: (Block) throws -> Void) throws {
        var status = stat()
        guard path.withCString({ lstat($0, &status) }) == 0 else { throw BytePathError(path, errno) }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            for name in try path.names() {
                let below = relative.isEmpty ? name : relative + [UInt8(ascii: "/")] + name
                try visit(path.appending(name), relative: below, body)
            }
        case S_IFREG: try read(path, as: String(decoding: relative, as: UTF8.self), body)
        default: break
        }
    }

    private func read(_ path: BytePath, as name: String, _ body: (Block) throws -> Void) throws {
        let file = path.withCString { open($0, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) }
        guard file >= 0 else { throw BytePathError(path, errno) }
        defer { close(file) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
        defer { buffer.deallocate() }
        for index in 0... {
            var count = 0
            while count < size {
                let more = pread(
                    file,
                    buffer.baseAddress?.advanced(by: count),
                    size - count,
                    off_t(index * size + count)
                )
                if more < 0 && errno == EINTR { continue }
                guard more >= 0 else { throw BytePathError(path, errno) }
                if more == 0 { break }
                count += more
            }
            guard count > 0 else { return }
            var digest = SHA256()
            digest.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            let hash = digest.finish().prefix(8).map { byte in
                let digits = String(byte, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
            try body(Block(hash: hash, count: count, file: name, index: index))
            if count < size { return }
        }
    }
}
