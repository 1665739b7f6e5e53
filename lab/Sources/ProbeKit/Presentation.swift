import Posix

/// A line that is sent on a connection of its own.
package enum Presentation {
    /// What is answered within five seconds, its printable characters only.
    ///
    /// - Throws: `ProbeFailure` when there is no connection.
    package static func answer(to line: String, at endpoint: Endpoint) throws -> String {
        let deadline = Deadline(seconds: 5)
        let connection = try Connection(to: endpoint, until: deadline)
        try connection.send(Array((line + "\n").utf8), until: deadline)
        var answer: [UInt8] = []
        while let bytes = try? connection.receive(until: deadline), !bytes.isEmpty { answer += bytes }
        return String(decoding: answer.filter { (32...126).contains($0) }, as: UTF8.self)
    }
}
