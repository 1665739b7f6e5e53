import Foundation
import Testing

/// Texts that are kept beside the tests. `RECORD_SNAPSHOTS=1` writes them anew, and fails, so that it is not left on.
enum Snapshot {
    static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots")

    static func check(_ text: String, _ name: String, at location: SourceLocation = #_sourceLocation) throws {
        let file = directory.appending(path: name + ".txt")
        if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: file)
            Issue.record("recorded \(name)", sourceLocation: location)
            return
        }
        let expected = (try? String(contentsOf: file, encoding: .utf8)) ?? "(no snapshot)"
        #expect(text == expected, "\(name) differs from its snapshot", sourceLocation: location)
    }

    /// The names of all snapshots in a folder.
    static func names(in folder: String) throws -> [String] {
        let folder = directory.appending(path: folder)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).map { name in
            String(name.dropLast(".txt".count))
        }
    }

    /// Control sequences as they can be read.
    static func visible(_ text: String) -> String { text.replacing("\u{1B}", with: "<ESC>") }
}
