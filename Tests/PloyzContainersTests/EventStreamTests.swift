import Foundation
import PloyzMigration
import PloyzModel
import Testing

@testable import PloyzContainers

struct EventStreamTests {
    @Test("The recorded events of one start, kill and removal are understood")
    func recordedEvents() throws {
        let instance = try InstanceRef("shop/redis/0")
        #expect(
            try events(from: [try recorded("events.jsonl")]) == [
                ContainerEvent(instance: instance, role: .sandbox, kind: .started),
                ContainerEvent(instance: instance, role: .workload, kind: .started),
                ContainerEvent(instance: instance, role: .workload, kind: .died),
                ContainerEvent(instance: instance, role: .workload, kind: .removed),
                ContainerEvent(instance: instance, role: .sandbox, kind: .died),
                ContainerEvent(instance: instance, role: .sandbox, kind: .removed),
            ]
        )
    }

    @Test("Where the network cuts the stream makes no difference", arguments: [1, 2, 3, 7, 64, 500, 1023])
    func cutAnywhere(size: Int) throws {
        let whole = try recorded("events.jsonl")
        let pieces = stride(from: 0, to: whole.count, by: size).map { whole[$0..<min($0 + size, whole.count)] }
        #expect(try events(from: pieces.map { Data($0) }) == events(from: [whole]))
    }

    @Test("A cut inside a character of several bytes loses nothing")
    func cutInsideCharacter() throws {
        var lines = JSONLines()
        let bytes = [UInt8]("{\"error\":\"größer\"}\r\n\r\n{}".utf8)
        var found: [Data] = []
        for byte in bytes { found += try lines.append([byte]) }
        #expect(found == [Data("{\"error\":\"größer\"}".utf8)])
        #expect(lines.finish() == Data("{}".utf8))
        #expect(lines.finish() == nil)
    }

    @Test("A line without end is refused at its limit")
    func boundedLine() throws {
        var lines = JSONLines(limit: 8)
        #expect(try lines.append([UInt8](repeating: 65, count: 8)).isEmpty)
        #expect(throws: PloyzError.self) { try lines.append([65]) }
    }

    @Test(
        "Events of other kinds, and of containers that are not ours, are passed over",
        arguments: [
            #"{"Type":"network","Action":"connect","Actor":{"Attributes":{}}}"#,
            #"{"Type":"container","Action":"start","Actor":{"Attributes":{"name":"ployz.shop.redis.0"}}}"#,
            #"{"Type":"container","Action":"start"}"#,
            #"{"Type":"container","Action":"exec_create: sh","Actor":{"Attributes":{"io.ployz.instance":"a/b/0","io.ployz.role":"workload"}}}"#,
            #"{"Type":"container","Action":"start","Actor":{"Attributes":{"io.ployz.instance":"../b","io.ployz.role":"workload"}}}"#,
            "{}",
        ]
    )
    func foreignEvents(line: String) throws {
        #expect(try JSON.decode(EventMessage.self, from: Data(line.utf8)).event == nil)
    }

    private func events(from pieces: [Data]) throws -> [ContainerEvent] {
        var lines = JSONLines()
        var complete: [Data] = []
        for piece in pieces { complete += try lines.append(piece) }
        if let rest = lines.finish() { complete.append(rest) }
        return try complete.compactMap { try JSON.decode(EventMessage.self, from: $0).event }
    }
}
