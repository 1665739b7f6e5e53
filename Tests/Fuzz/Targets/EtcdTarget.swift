import Foundation
import PloyzModel

@testable import PloyzStore

extension FuzzTarget {
    /// What etcd's gateway answers. The lines of a watch do not depend on where the network cuts them.
    static let etcd = FuzzTarget(name: "etcd", longest: 2048) { bytes in
        guard let lines = cut(bytes, by: max(1, bytes.count)) else { return }
        claim(cut(bytes, by: Int(bytes.last ?? 0) % 16 + 1) == lines, "lines are the same in pieces")
        let decoder = JSONDecoder()
        for line in lines {
            if let watched = try? decoder.decode(EtcdWatchLine.self, from: line) { _ = try? watched.changes(after: 1) }
            if let range = try? decoder.decode(EtcdRangeResponse.self, from: line) {
                for value in range.kvs ?? [] { _ = try? value.entry }
            }
            _ = try? decoder.decode(EtcdTransactionResponse.self, from: line)
            _ = try? decoder.decode(EtcdMemberList.self, from: line)
            _ = try? decoder.decode(EtcdStatusResponse.self, from: line)
            _ = try? decoder.decode(EtcdSnapshotLine.self, from: line)
            if let failure = try? decoder.decode(EtcdFailure.self, from: line) { _ = failure.isRefusal }
        }
    }

    /// nil where a line is too long.
    private static func cut(_ bytes: [UInt8], by size: Int) -> [Data]? {
        var splitter = LineSplitter(limit: 1024)
        return try? stride(from: 0, to: bytes.count, by: size).flatMap { start in
            try splitter.append(bytes[start..<min(start + size, bytes.count)])
        }
    }
}
