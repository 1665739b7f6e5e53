import PloyzModel

/// Hosts and paths of routes as HAProxy's map has them.
enum HTTPPath {
    /// `host/path/`, with one slash at the end. HAProxy looks `host` + path + `/` of a request up by the longest
    /// beginning, so that `/api` leads `/api` and `/api/x`, and not `/apix`.
    static func key(host: String, path: String) -> String {
        var path = path[...]
        while path.hasSuffix("/") { path = path.dropLast() }
        return "\(host)\(path)/"
    }

    /// Host or path as a message names it, whatever a record holds: one line of at most 100 characters.
    static func shown(_ text: String) -> String {
        text.unicodeScalars.prefix(100).map { scalar in
            scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
        }.joined()
    }

    /// Why no request can have this host, or nil. A host name is 1 to 253 characters, in lower case (RFC 1123).
    static func problem(host: String) -> String? {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        let isName = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy { byte in
                    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                        || byte == UInt8(ascii: "-")
                }
        }
        return isName && host.utf8.count <= 253 ? nil : "the host is no lower-case host name"
    }

    /// Why no request can have this path, or nil.
    static func problem(path: String) -> String? {
        guard path.hasPrefix("/"), path.utf8.count <= 1024 else {
            return "the path is not absolute, or over 1024 bytes"
        }
        let isPlain = path.utf8.allSatisfy { byte in
            (UInt8(ascii: "!")...UInt8(ascii: "~")).contains(byte) && byte != UInt8(ascii: "?")
                && byte != UInt8(ascii: "#")
        }
        return isPlain ? nil : "the path has a character that no request's path has"
    }
}
