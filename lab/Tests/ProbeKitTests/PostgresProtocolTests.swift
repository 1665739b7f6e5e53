import ProbeKit
import Testing

@Suite struct PostgresProtocolTests {
    @Test func aSessionBeginsWithVersionThreeAndItsSettings() {
        let settings = "user\0a\0database\0bé\0application_name\0lab-probe\0\0"
        let length = UInt8(settings.utf8.count + 8)
        #expect(
            PostgresProtocol.startup(user: "a", database: "bé") == [0, 0, 0, length, 0, 3, 0, 0] + Array(settings.utf8)
        )
    }

    @Test func aStatementIsATextWithAnEnd() {
        #expect(PostgresProtocol.query("BEGIN") == [0x51, 0, 0, 0, 10] + Array("BEGIN\0".utf8))
        #expect(PostgresProtocol.terminate == [0x58, 0, 0, 0, 4])
    }

    /// What PostgreSQL 15 sends when a session begins and a row is asked for, and when it is shut down.
    private static let conversation: [UInt8] =
        [0x52, 0, 0, 0, 8, 0, 0, 0, 0]
        + message("S", Array("TimeZone\0UTC\0".utf8))
        + message("K", [0, 0, 0, 7, 1, 2, 3, 4])
        + message("Z", Array("I".utf8))
        + message("T", [0, 1] + Array("n\0".utf8) + [UInt8](repeating: 0, count: 18))
        + message("D", [0, 3, 0, 0, 0, 2] + Array("42".utf8) + [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0])
        + message("C", Array("SELECT 1\0".utf8))
        + message("Z", Array("T".utf8))
        + message("E", Array("SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0".utf8))

    private static let answers: [PostgresProtocol.Answer] = [
        .authentication(0), .other("S"), .other("K"), .ready(status: "I"), .other("T"), .row(["42", nil, ""]),
        .commandComplete(tag: "SELECT 1"), .ready(status: "T"), .error(code: "57P01"),
    ]

    @Test func answersAreTakenOneByOneFromPiecesOfAnySize() throws {
        for size in [1, 3, 64, Self.conversation.count] {
            var bytes: ArraySlice<UInt8> = []
            var answers: [PostgresProtocol.Answer] = []
            for start in stride(from: 0, to: Self.conversation.count, by: size) {
                bytes = ArraySlice(Array(bytes) + Self.conversation[start..<min(start + size, Self.conversation.count)])
                while let (answer, taken) = try PostgresProtocol.decode(bytes) {
                    answers.append(answer)
                    bytes = bytes.dropFirst(taken)
                }
            }
            #expect(answers == Self.answers)
            #expect(bytes.isEmpty)
        }
    }

    @Test(arguments: [
        Array("HTTP/1.1 400 Bad Request\r\n".utf8),
        // Shorter than itself, longer than anything that is asked for, an end in the middle of a number or a text.
        [0x5A, 0, 0, 0, 3, 0x49], [0x44, 0x7F, 0xFF, 0xFF, 0xFF], [0x52, 0, 0, 0, 6, 0, 0], message("C", [0x41]),
        message("Z", []), message("D", [0, 1, 0, 0, 0, 9, 0x41]), message("D", [0, 2, 0, 0, 0, 1, 0x41]),
        message("E", Array("SFATAL\0".utf8) + [0]),
    ])
    func whatIsNoAnswerIsRefused(bytes: [UInt8]) {
        #expect(throws: ProbeFailure.self) { _ = try PostgresProtocol.decode(bytes[...]) }
    }

    private static func message(_ type: Character, _ body: [UInt8]) -> [UInt8] {
        Array(String(type).utf8) + [0, 0, 0, UInt8(body.count + 4)] + body
    }
}
