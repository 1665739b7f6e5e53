import Foundation
import PloyzAPI
import PloyzAPITestSupport
import PloyzModel
import Testing

@testable import PloyzCommands

@Suite("A snapshot's file")
struct SnapshotFileTests {
    private let directory = NSTemporaryDirectory() + "ployz snapshot \(UUID())"
    private var path: String { directory + "/störe.db" }

    init() throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    private func write(_ bytes: [UInt8], in pieces: Int, replacing: Bool = false) throws {
        var file = try SnapshotFile(path: path, replacing: replacing)
        do {
            for start in stride(from: 0, to: bytes.count, by: pieces) {
                try file.append(Data(bytes[start..<min(bytes.count, start + pieces)]))
            }
            _ = try file.finish()
        } catch {
            file.discard()
            throw error
        }
    }

    private var whole: [UInt8] { Samples.snapshot.flatMap(\.bytes) }

    @Test("It is whole, readable by its owner only, and nothing is beside it", arguments: [1, 7, 32, 33, 35, 100])
    func whole(pieces: Int) throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try write(whole, in: pieces)
        #expect(try Data(contentsOf: URL(filePath: path)) == Data(whole))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["störe.db"])
    }

    @Test("One byte too few, or another one, and there is no file", arguments: [true, false])
    func damaged(isShort: Bool) throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var bytes = whole
        if isShort { bytes.removeLast() } else { bytes[0] ^= 1 }
        #expect { try write(bytes, in: 5) } throws: { ($0 as? PloyzError)?.code == .snapshotDamaged }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory).isEmpty)
    }

    @Test("Nothing at all is no snapshot")
    func empty() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        #expect { try write([], in: 1) } throws: { ($0 as? PloyzError)?.code == .snapshotDamaged }
    }

    @Test("A file that is there stays, unless it is to be replaced")
    func existing() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try Data("precious".utf8).write(to: URL(filePath: path))
        #expect { try write(whole, in: 9) } throws: { ($0 as? PloyzError)?.code == .fileExists }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
        try write(whole, in: 9, replacing: true)
        #expect(try Data(contentsOf: URL(filePath: path)) == Data(whole))
    }
}
