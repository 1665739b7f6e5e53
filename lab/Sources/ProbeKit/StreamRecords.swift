/// Finds the edges between the records of a ZFS send stream in bytes that pass by, after the header of the transfer.
///
/// A record is a `dmu_replay_record` of 312 bytes and, for some types, a payload (`sys/zfs_ioctl.h` of pool version 28 and
/// older, whose streams have no other types). Little-endian, as this machine's are.
package struct StreamRecords: Sendable {
    private static let recordLength = 312
    private var header: [UInt8] = []
    /// Bytes of the payload that are still to come.
    private var payload = 0
    /// Bytes that have passed.
    private var passed = 0

    package init() {}

    /// How many of `bytes`, which come next, end with a record at or after `offset`; nil when none does.
    package mutating func edge(in bytes: ArraySlice<UInt8>, from offset: Int) -> Int? {
        for (index, byte) in bytes.enumerated() {
            passed += 1
            if payload > 0 {
                payload -= 1
            } else {
                header.append(byte)
                guard header.count == Self.recordLength else { continue }
                payload = Self.payload(of: header)
                header = []
            }
            if payload == 0, header.isEmpty, passed >= offset { return index + 1 }
        }
        return nil
    }

    private static func payload(of record: [UInt8]) -> Int {
        switch number(record, at: 0, bytes: 4) {
        // Begin has a payload only in streams of newer pools, and then says so.
        case 0: number(record, at: 4, bytes: 4)
        // Object: its bonus buffer, rounded up to eight bytes.
        case 1: (number(record, at: 28, bytes: 4) + 7) / 8 * 8
        // Write.
        case 3: number(record, at: 32, bytes: 8)
        // Spill.
        case 7: number(record, at: 16, bytes: 8)
        default: 0
        }
    }

    private static func number(_ record: [UInt8], at offset: Int, bytes: Int) -> Int {
        Int(truncatingIfNeeded: record[offset..<offset + bytes].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}
