import ProbeKit
import Testing

@Suite struct StreamRecordTests {
    /// A record of a type with its payload, as a stream has it.
    private func record(_ type: UInt8, length: Int = 0, at offset: Int = 32, bytes: Int = 0) -> [UInt8] {
        var record = [UInt8](repeating: 0, count: 312)
        record[0] = type
        for index in 0..<4 { record[offset + index] = UInt8(truncatingIfNeeded: length >> (8 * index)) }
        return record + [UInt8](repeating: 0xff, count: bytes)
    }

    private var stream: [UInt8] {
        record(0, at: 200) + record(1, length: 13, at: 28, bytes: 16) + record(3, length: 700, bytes: 700)
            + record(2) + record(5)
    }

    /// Where the records above end.
    private var edges: [Int] { [312, 312 + 328, 640 + 1012, 1652 + 312, 1964 + 312] }

    @Test("the first edge at or after an offset is found, in pieces of any size", arguments: [1, 7, 312, 5000])
    func edge(piece: Int) throws {
        for offset in [0, 312, 313, 640, 641, 1651, 1653, 1964] {
            var records = StreamRecords()
            var passed = 0
            var found: Int?
            while found == nil, passed < stream.count {
                let bytes = stream[passed..<min(stream.count, passed + piece)]
                found = records.edge(in: bytes, from: offset).map { passed + $0 }
                passed += bytes.count
            }
            #expect(found == edges.first { $0 >= max(offset, 1) }, "\(offset)")
        }
    }

    @Test func aStreamThatEndsBeforeTheOffsetHasNone() {
        var records = StreamRecords()
        #expect(records.edge(in: stream[...], from: stream.count + 1) == nil)
    }
}
