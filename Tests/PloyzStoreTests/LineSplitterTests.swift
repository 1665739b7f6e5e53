import NIOCore
import Testing

@testable import PloyzStore

struct LineSplitterTests {
    @Test(arguments: 1...12) func linesDoNotDependOnHowTheyWereCut(size: Int) throws {
        let text = "{}\n\nab\nä\n\n0123456789"
        let bytes = Array(text.utf8)
        var splitter = LineSplitter(limit: 10)
        var lines: [String] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            let chunk = ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)])
            lines += try splitter.append(chunk).map { String(buffer: $0) }
        }
        #expect(lines == ["{}", "ab", "ä"])
        #expect(try splitter.append(ByteBuffer(string: "\n")).map { String(buffer: $0) } == ["0123456789"])
    }

    @Test func aLineBeyondTheBoundIsRefusedWhetherItEndsOrNot() throws {
        for text in ["01234567890", "0123\n01234567890\n"] {
            var splitter = LineSplitter(limit: 10)
            #expect(throws: LineSplitter.LineTooLong.self) { try splitter.append(ByteBuffer(string: text)) }
        }
    }
}
