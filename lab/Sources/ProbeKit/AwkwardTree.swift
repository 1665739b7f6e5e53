import Glibc

/// Makes a tree of everything that a copy of a file system may get wrong. The same every time.
package struct AwkwardTree {
    private let root: BytePath
    private let small: Int
    /// Whether the file system takes extended attributes.
    package private(set) var hasAttributes = false
    /// Entries made, the root apart.
    package private(set) var entries = 0

    /// - Parameter small: how many small files.
    package init(root: BytePath, small: Int) {
        self.root = root
        self.small = small
    }

    /// The names that trip people up. The longest a file system takes is 255 bytes.
    static let names: [[UInt8]] =
        [
            " leading and trailing ", "-rf", "*", "~", "$(id)", "`id`", "'single'", "\"double\"", "back\\slash",
            "new\nline", "tab\there", "trailing.", "...", "naïve café", "日本語", "🐳", "e\u{301}", "\u{e9}", "%s%n", "#",
            "@",
            String(repeating: "x", count: 255),
        ].map { Array($0.utf8) } + [[0xff, 0xfe, 0x80], [0x01, 0x7f]]

    /// - Throws: `BytePathError` when something cannot be made; a directory that exists is one of these.
    package mutating func make() throws {
        try directory(root, counted: false)
        try makeNames()
        try makeContents()
        try makeLinks()
        try makeModes()
        try makeDirectories()
        try makeSmallFiles()
        try setTimes(of: root)
    }

    private mutating func makeNames() throws {
        let parent = root.appending("names")
        try directory(parent)
        for (index, name) in Self.names.enumerated() {
            try file(parent.appending(name), Self.noise(seed: index, count: index * 7))
        }
        try directory(parent.appending("directory \n"))
        try file(parent.appending("directory \n").appending([0xc3, 0x28]), [])
    }

    /// Empty, of one block and around it, incompressible, compressible, sparse in front, between and behind.
    private mutating func makeContents() throws {
        let parent = root.appending("contents")
        try directory(parent)
        for count in [0, 1, 511, 512, 513, 131_071, 131_072, 131_073, 1_000_000] {
            try file(parent.appending("noise-\(count)"), Self.noise(seed: count, count: count))
        }
        try file(parent.appending("zeros"), [UInt8](repeating: 0, count: 300_000))
        let sparse = parent.appending("sparse")
        try file(sparse, [])
        let handle = sparse.withCString { open($0, O_WRONLY | O_CLOEXEC) }
        guard handle >= 0 else { throw BytePathError(sparse, errno) }
        defer { close(handle) }
        for offset in [1 << 20, 33 << 20] {
            let bytes = Self.noise(seed: offset, count: 5000)
            guard pwrite(handle, bytes, bytes.count, offset) == bytes.count else { throw BytePathError(sparse, errno) }
        }
        guard ftruncate(handle, 64 << 20) == 0 else { throw BytePathError(sparse, errno) }
    }

    private mutating func makeLinks() throws {
        let parent = root.appending("links")
        try directory(parent)
        try directory(parent.appending("elsewhere"))
        let original = parent.appending("original")
        try file(original, Self.noise(seed: 1, count: 10_000))
        for other in [parent.appending("second"), parent.appending("elsewhere").appending("third")] {
            try check(original.withCString { old in other.withCString { link(old, $0) } }, other)
        }
        let targets = [
            "relative": "original", "dangling": "nothing/here", "absolute": "/etc/hostname", "directory": "elsewhere",
            "loop": "loop", "long": String(repeating: "d/", count: 500), "newline": "a\nb",
        ]
        for (name, target) in targets.sorted(by: { $0.key < $1.key }) {
            let path = parent.appending("symbolic-\(name)")
            try check(path.withCString { symlink(target, $0) }, path)
        }
    }

    private mutating func makeModes() throws {
        let parent = root.appending("modes")
        try directory(parent)
        for mode: UInt32 in [0o000, 0o400, 0o644, 0o777, 0o1644, 0o2755, 0o4755, 0o6711] {
            for owner: UInt32 in [0, 999, 65534, 2_000_000_000] {
                let path = parent.appending("\(String(mode, radix: 8))-\(owner)")
                try file(path, Array("\(mode) \(owner)".utf8))
                try own(path, owner, mode)
            }
        }
        let pipe = parent.appending("fifo")
        try check(pipe.withCString { mkfifo($0, 0o620) }, pipe)
        try own(pipe, 999, 0o620)
        let attributed = parent.appending("attributes")
        try file(attributed, Array("attributes".utf8))
        hasAttributes = ExtendedAttributes.set("user.small", to: Array("value".utf8), of: attributed)
        if hasAttributes {
            _ = ExtendedAttributes.set("user.binary", to: [0, 1, 0xff], of: attributed)
            _ = ExtendedAttributes.set("user.empty", to: [], of: attributed)
            _ = ExtendedAttributes.set("user.large", to: Self.noise(seed: 3, count: 2000), of: attributed)
            _ = ExtendedAttributes.set("user.on-directory", to: [42], of: parent)
        }
    }

    private mutating func makeDirectories() throws {
        let parent = root.appending("directories")
        try directory(parent)
        for (name, mode) in [("private", 0o700), ("sticky", 0o1777), ("set-group", 0o2775), ("sealed", 0o000)] {
            try directory(parent.appending(name))
            try own(parent.appending(name), 999, UInt32(mode))
        }
        var deep = parent
        for level in 0..<40 {
            deep = deep.appending("level-\(level)")
            try directory(deep)
        }
    }

    private mutating func makeSmallFiles() throws {
        let parent = root.appending("small")
        try directory(parent)
        for index in 0..<small {
            let folder = parent.appending("\(index / 500)")
            if index % 500 == 0 { try directory(folder) }
            try file(folder.appending("file-\(index)"), Self.noise(seed: index, count: index % 1500))
        }
    }

    private mutating func directory(_ path: BytePath, counted: Bool = true) throws {
        try check(path.withCString { mkdir($0, 0o755) }, path, counted: counted)
    }

    private mutating func file(_ path: BytePath, _ content: [UInt8]) throws {
        let handle = path.withCString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644) }
        try check(handle, path)
        defer { close(handle) }
        guard write(handle, content, content.count) == content.count else { throw BytePathError(path, errno) }
    }

    /// The mode after the owner: a change of owner clears set-user-ID.
    private func own(_ path: BytePath, _ owner: UInt32, _ mode: UInt32) throws {
        guard path.withCString({ lchown($0, owner, owner) }) == 0, path.withCString({ chmod($0, mode) }) == 0 else {
            throw BytePathError(path, errno)
        }
    }

    private mutating func check(_ result: Int32, _ path: BytePath, counted: Bool = true) throws {
        guard result >= 0 else { throw BytePathError(path, errno) }
        if counted { entries += 1 }
    }

    /// Times of the past, different from entry to entry; a directory after what is in it.
    private func setTimes(of path: BytePath) throws {
        var status = stat()
        guard path.withCString({ lstat($0, &status) }) == 0 else { throw BytePathError(path, errno) }
        if status.st_mode & S_IFMT == S_IFDIR {
            for name in try path.names() { try setTimes(of: path.appending(name)) }
        }
        let name = path == root ? [] : path.bytes.split(separator: UInt8(ascii: "/")).last ?? []
        let seconds = 1_000_000_000 + name.reduce(0) { ($0 * 31 + Int($1)) % 500_000_000 }
        let times = [timespec(tv_sec: seconds, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 0)]
        let result = path.withCString { utimensat(AT_FDCWD, $0, times, AT_SYMLINK_NOFOLLOW) }
        guard result == 0 else { throw BytePathError(path, errno) }
    }

    /// Bytes that do not compress, the same for the same seed.
    static func noise(seed: Int, count: Int) -> [UInt8] {
        var state = UInt64(truncatingIfNeeded: seed) &* 0x9e37_79b9_7f4a_7c15 | 1
        return (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state >> 24)
        }
    }
}
