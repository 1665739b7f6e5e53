import Foundation

/// A directory of the test's own, removed with it.
final class TemporaryDirectory: Sendable {
    private let parent: String
    let path: String

    init(_ name: String) throws {
        parent = "/tmp/ployz-containers-test-\(UUID().uuidString)"
        path = parent + "/" + name
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: parent) }

    func text(of file: String) throws -> String? {
        FileManager.default.contents(atPath: path + "/" + file).map { String(decoding: $0, as: UTF8.self) }
    }
}
