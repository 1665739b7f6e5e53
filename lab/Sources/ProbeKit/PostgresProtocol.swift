/// The part of PostgreSQL's protocol, version 3.0, that the probe speaks ("Frontend/Backend Protocol" in its manual):
/// a session without a password, simple queries, answers as text.
package enum PostgresProtocol {
    /// The first message of a connection; the only one without a type.
    package static func startup(user: String, database: String) -> [UInt8] {
        let version: UInt32 = 3 << 16
        var body = big(version)
        for text in ["user", user, "database", database, "application_name", "lab-probe"] { body += terminated(text) }
        body.append(0)
        return big(UInt32(body.count + 4)) + body
    }

    package static func query(_ text: String) -> [UInt8] { message("Q", terminated(text)) }

    /// Says that the connection is about to be closed.
    package static let terminate = message("X", [])

    /// A message of the server.
    package enum Answer: Equatable {
        /// 0: nothing more is asked. Everything else wants a password or worse.
        case authentication(UInt32)
        case commandComplete(tag: String)
        /// `I` outside a transaction, `T` in one, `E` in one that has failed.
        case ready(status: Character)
        /// The columns, nil for NULL.
        case row([String?])
        /// SQLSTATE, such as `57P01`: an administrator shuts the server down.
        case error(code: String)
        /// What does not matter here: settings, notices, names of columns.
        case other(Character)
    }

    /// Bytes of the longest message that is taken; the probe asks for short ones.
    private static let limit: UInt32 = 1 << 20

    /// Takes one message from the front of the bytes.
    ///
    /// - Returns: the message and how many bytes it took, or nil when it is not complete yet.
    /// - Throws: `ProbeFailure.refused` when the bytes are of another protocol.
    package static func decode(_ bytes: ArraySlice<UInt8>) throws -> (Answer, Int)? {
        guard let first = bytes.first else { return nil }
        let type = Character(UnicodeScalar(first))
        guard "RSKZCDETNIA".contains(type) else { throw foreign }
        var body = Body(bytes: bytes.dropFirst())
        guard let length = body.number() else { return nil }
        guard (4...limit).contains(length) else { throw foreign }
        let end = Int(length) - 4
        guard body.bytes.count >= end else { return nil }
        body.bytes = body.bytes.prefix(end)
        guard let answer = answer(type, &body) else { throw foreign }
        return (answer, Int(length) + 1)
    }

    private static let foreign = ProbeFailure.refused("something that is not PostgreSQL")

    /// nil when the body is not what the type says.
    private static func answer(_ type: Character, _ body: inout Body) -> Answer? {
        switch type {
        case "R": body.number().map { .authentication($0) }
        case "C": body.text().map { .commandComplete(tag: $0) }
        case "Z": body.bytes.first.map { .ready(status: Character(UnicodeScalar($0))) }
        case "D": row(&body)
        case "E": errorCode(&body).map { .error(code: $0) }
        default: .other(type)
        }
    }

    private static func row(_ body: inout Body) -> Answer? {
        guard let count = body.short() else { return nil }
        var columns: [String?] = []
        for _ in 0..<count {
            guard let length = body.number() else { return nil }
            if length == .max {
                columns.append(nil)
            } else {
                guard let column = body.take(Int(length)) else { return nil }
                columns.append(String(decoding: column, as: UTF8.self))
            }
        }
        return .row(columns)
    }

    /// Fields of a type and a text each; the code is the one of type `C`.
    private static func errorCode(_ body: inout Body) -> String? {
        while let type = body.take(1)?.first, type != 0 {
            guard let text = body.text() else { return nil }
            if type == UInt8(ascii: "C") { return text }
        }
        return nil
    }

    private static func message(_ type: Character, _ body: [UInt8]) -> [UInt8] {
        Array(String(type).utf8) + big(UInt32(body.count + 4)) + body
    }

    private static func terminated(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }

    private static func big(_ number: UInt32) -> [UInt8] {
        stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
    }

    /// What is left of a message; nil is returned where it is too short.
    private struct Body {
        var bytes: ArraySlice<UInt8>

        mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard bytes.count >= count else { return nil }
            defer { bytes = bytes.dropFirst(count) }
            return bytes.prefix(count)
        }

        mutating func number() -> UInt32? { take(4).map { $0.reduce(0) { $0 << 8 | UInt32($1) } } }

        mutating func short() -> UInt16? { take(2).map { $0.reduce(0) { $0 << 8 | UInt16($1) } } }

        /// Up to the next zero.
        mutating func text() -> String? {
            guard let end = bytes.firstIndex(of: 0) else { return nil }
            defer { bytes = bytes[(end + 1)...] }
            return String(decoding: bytes[..<end], as: UTF8.self)
        }
    }
}
