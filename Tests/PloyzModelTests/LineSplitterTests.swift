import Foundation
import PloyzModel
import Testing

struct LineSplitterTests {
    @Test(arguments: 1...12) func linesDoNotDependOnHowTheyWereCut(size: Int) throws {
        let text = "{}\n\nab\nä\n\n0123456789"
        let bytes = Array(text.utf8)
        var splitter = LineSplitter(limit: 10)
        var lines: [String] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            let chunk = bytes[start..<min(start + size, bytes.count)]
            lines += try splitter.append(chunk).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(lines == ["{}", "ab", "ä"])
        #expect(try splitter.append(Data("\n".utf8)) == [Data("0123456789".utf8)])
    }

    @Test func aLineBeyondTheBoundIsRefusedWhetherItEndsOrNot() throws {
        for text in ["01234567890", "0123\n01234567890\n"] {
            var splitter = LineSplitter(limit: 10)
            #expect(throws: LineSplitter.TooLong(limit: 10)) { try splitter.append(text.utf8) }
        }
    }
}
