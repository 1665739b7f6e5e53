import Foundation
import PloyzModel

/// What was found after a move: in the database, in the copies of its volumes, on the pools.
package struct PostgresFindings: Sendable {
    package let books: PostgresBooks
    /// The last snapshot of each volume on the machine that it left.
    package let copies: [String: QuiescedCopy]
    /// Bytes of write-ahead log that were ever written, up to the end of that shutdown.
    package let written: UInt64
    /// What is wrong, in words; empty when all is well.
    package let faults: [String]

    /// - Parameter machine: where PostgreSQL's tools run.
    static func gather(
        _ postgres: PostgresService,
        books: PostgresBooks,
        source: String,
        target: String,
        from machine: String
    ) async throws -> PostgresFindings {
        let lab = postgres.lab
        var faults: [String] = []
        if !books.isBalanced { faults.append("pgbench's sums differ: \(books)") }
        let amcheck = ["pg_amcheck", "--heapallindexed", "--parent-check"]
        let checked = try await postgres.tool(amcheck, from: machine)
        if checked.status != 0 || !checked.output.isEmpty {
            faults.append("pg_amcheck (\(checked.status)): \(checked.text)\(checked.errorText)")
        }
        var copies: [String: QuiescedCopy] = [:]
        var written: UInt64?
        for volume in PostgresService.volumes {
            let dataset = try await PostgresService.dataset(of: volume, in: lab, on: target)
            faults += try await VolumeProperties.differences(lab, of: dataset, source, target)
            let last = try await QuiescedCopy.lastSnapshot(lab, of: dataset, source: source, target: target)
            let left = try await QuiescedCopy.read(lab, on: source, dataset: dataset, snapshot: last)
            let right = try await QuiescedCopy.read(lab, on: target, dataset: dataset, snapshot: last) { path in
                guard volume == "data" else { return }
                let stopped = StoppedDatabase(postgres: postgres, machine: target, copy: path)
                if let fault = try await stopped.checksumFault() { faults.append(fault) }
                written = try await stopped.written()
            }
            if left.hash != right.hash {
                faults.append("\(volume)@\(last): tree hash \(left.hash) on \(source), \(right.hash) on \(target)")
            }
            copies[volume] = left
        }
        for machine in [source, target] {
            let pool = try await PostgresService.dataset(of: "data", in: lab, on: machine).prefix { $0 != "/" }
            if let status = try await PoolScrub.run(lab, on: machine, pool: pool) {
                faults.append("the scrub on \(machine) found: \(status)")
            }
        }
        return PostgresFindings(books: books, copies: copies, written: written ?? 0, faults: faults)
    }
}
