import PloyzModel

/// The name of an image as people write it: `redis`, `redis:7`, `host:5000/team/redis@sha256:…`, or an image ID.
struct ImageReference: Hashable, Sendable {
    let text: String

    /// - Throws: `image-reference` for anything that could be another path of Docker's API.
    init(_ text: String) throws {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isWellFormed =
            (1...512).contains(text.utf8.count)
            && parts.allSatisfy { part in
                part.utf8.first.map(Self.isAlphanumeric) == true
                    && part.utf8.allSatisfy { Self.isAlphanumeric($0) || "._-:@+".utf8.contains($0) }
            }
        guard isWellFormed else {
            throw PloyzError(.imageReference, "'\(text)' is no image reference", next: "write it as name[:tag]")
        }
        self.text = text
    }

    /// Whether it names the bytes themselves, and no repository to pull from.
    var isID: Bool { text.hasPrefix("sha256:") }

    /// Repository and tag or digest. Without either, Docker would pull every tag there is: the tag is then `latest`.
    var parts: (repository: String, tag: String) {
        if let at = text.firstIndex(of: "@") {
            return (String(text[..<at]), String(text[text.index(after: at)...]))
        }
        let name = text.lastIndex(of: "/").map { text.index(after: $0) } ?? text.startIndex
        guard let colon = text[name...].lastIndex(of: ":") else { return (text, "latest") }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }

    /// Whether it is pinned to a digest, so that no tag can stand for it.
    var hasDigest: Bool { text.contains("@") }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
