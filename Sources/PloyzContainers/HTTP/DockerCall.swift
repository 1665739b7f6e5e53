import Foundation

/// One request of the Docker Engine API: method, path, query and JSON body.
///
/// The version in the path is 1.41, that of Docker 20.10; every later daemon up to 28 still answers to it.
struct DockerCall: Sendable {
    static let version = "v1.41"

    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case delete = "DELETE"
    }

    let method: Method
    let path: [String]
    let query: [(name: String, value: String)]
    let body: Data?
    var contentType = "application/json"

    init(
        _ method: Method,
        _ path: String...,
        query: [(name: String, value: String)] = [],
        body: Data? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
    }

    /// Path and query with everything escaped that could be taken for a separator.
    var target: String {
        var text = "/" + Self.version
        for part in path { text += "/" + Self.escaped(part, allowing: "/:@") }
        let items = query.map { "\(Self.escaped($0.name))=\(Self.escaped($0.value))" }
        return items.isEmpty ? text : text + "?" + items.joined(separator: "&")
    }

    /// The address of the request on the daemon's Unix socket.
    func url(socket: String) -> String { "http+unix://" + Self.escaped(socket) + target }

    /// Percent-encodes every byte but RFC 3986's unreserved ones and those in `more`.
    static func escaped(_ text: String, allowing more: String = "") -> String {
        var result = ""
        for byte in text.utf8 {
            let character = Character(Unicode.Scalar(byte))
            if byte < 0x80, character.isLetter || character.isNumber || "-._~".contains(character) {
                result.append(character)
            } else if byte < 0x80, more.contains(character) {
                result.append(character)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count == 1 ? "0" + digits : digits)
            }
        }
        return result
    }
}
