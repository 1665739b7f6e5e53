import Foundation
import PloyzMigration
import PloyzModel
import Synchronization
import SystemPackage

/// The routing picture that was last applied, on disk: a whole one, and a journal of what has changed since.
///
/// A change is one line, whatever the size of the picture. When the journal has as many lines as the picture has routes,
/// and a thousand at least, the whole is written anew.
final class RoutingMemory: Sendable {
    /// A line of the journal. The record is nil where an address has none any more.
    private struct Line: Codable {
        var number: UInt64
        var address: IPv4Address
        var record: RouteRecord?
    }

    private struct Whole: Codable {
        var number: UInt64
        var picture: RoutingPicture
    }

    private struct Position {
        /// Which whole picture the journal goes with: one of an earlier picture is not read.
        var number: UInt64 = 0
        var lines = 0
    }

    private let file: DurableFile
    private let journal: FilePath
    private let position = Mutex(Position())

    init(_ path: FilePath) {
        file = DurableFile(path)
        journal = FilePath(path.string + ".changes")
    }

    /// nil when nothing was ever written, or in another form.
    func read() throws -> RoutingPicture? {
        guard let whole = try file.read().flatMap({ try? JSON.decode(Whole.self, from: $0) }) else { return nil }
        var picture = whole.picture
        let lines = try DurableFile(journal).read()?.split(separator: UInt8(ascii: "\n")) ?? []
        for line in lines {
            // The last one may have been cut off with the power.
            guard let line = try? JSON.decode(Line.self, from: line), line.number == whole.number else { break }
            var change: [IPv4Address: RouteRecord?] = [:]
            change.updateValue(line.record, forKey: line.address)
            picture.apply(change)
        }
        position.withLock { $0 = Position(number: whole.number, lines: lines.count) }
        return picture
    }

    func write(_ picture: RoutingPicture) throws {
        try position.withLock { position in
            position.number += 1
            try file.write(try JSON.encode(Whole(number: position.number, picture: picture)))
            try DurableFile(journal).remove()
            position.lines = 0
        }
    }

    /// - Parameter picture: the whole, with the change.
    func add(_ change: [IPv4Address: RouteRecord?], to picture: RoutingPicture) throws {
        let isFull = try position.withLock { position in
            guard position.lines + change.count <= max(1000, picture.routes.count) else { return true }
            var bytes = Data()
            for (address, record) in change {
                bytes += try JSON.encode(Line(number: position.number, address: address, record: record))
                bytes.append(UInt8(ascii: "\n"))
            }
            try DurableFile(journal).append(bytes)
            position.lines += change.count
            return false
        }
        if isFull { try write(picture) }
    }
}
