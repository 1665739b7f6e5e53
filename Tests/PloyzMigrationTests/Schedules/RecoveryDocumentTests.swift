import Foundation
import PloyzTestSupport
import Testing

/// docs/recovery.md says what is where when everything stops. Its table must say what happens.
@Suite struct RecoveryDocumentTests {
    @Test func theTableInRecoverySaysWhatIsFoundWhenBothDaemonsDie() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let document = try String(contentsOf: root.appending(path: "docs/recovery.md"), encoding: .utf8)
        let rows = document.split(separator: "\n").filter { $0.hasPrefix("| ") }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let steps = try CrashSurvey.rows()
        let written = rows.filter { row in steps.contains { $0.step == row.first } }
        let found = steps.map(\.cells)
        #expect(
            written == found,
            "the table should be:\n\(found.map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n"))"
        )
    }
}
