import Foundation
import PloyzMigration
import PloyzModel
import PloyzTransfer
import PloyzZFS
import Testing

extension RealPool {
    /// Prints how long each call takes that a cutover waits for. Nothing is asserted: what they are compared with is
    /// measured by the benchmarks.
    @Suite(
        "Figures",
        .enabled("needs PLOYZ_ZFS_FIGURES", { ProcessInfo.processInfo.environment["PLOYZ_ZFS_FIGURES"] != nil })
    )
    struct FiguresTests {
        @Test("the calls of a cutover, one by one")
        func cutover() async throws {
            let volume = try VolumeRef("shop/data")
            let spec = VolumeSpec(name: volume.volume)
            try await PoolMachine.with(2) { machines in
                try await StreamLink.with { link in
                    let (source, target) = (machines[0], machines[1])
                    var figures = Figures()
                    try await source.create(volume)
                    let size = 512
                    try await source.store.mount(volume)
                    try noise(size << 20).write(to: URL(filePath: source.store.directory(of: volume) + "/big"))
                    try await source.store.unmount(volume)
                    var base = try await source.store.snapshot(volume, name: try SnapshotName("ployz-0"))
                    let full = try await figures.time("full send of \(size) MiB") {
                        try await link.send(volume, from: source, to: target, base: nil, base)
                    }
                    #expect(full.bytes > .mebibytes(UInt64(size)))
                    try await figures.time("adopt") {
                        try await target.store.adoptReceived(
                            volume,
                            spec: spec,
                            stamp: target.stamp(volume, 2, .incoming)
                        )
                    }
                    for round in 1...12 {
                        let last = base
                        try await source.store.mount(volume)
                        let file = URL(filePath: source.store.directory(of: volume) + "/small-\(round)")
                        try noise(64 << 10).write(to: file)
                        try await figures.time("unmount") { try await source.store.unmount(volume) }
                        let snapshot = try await figures.time("snapshot") {
                            try await source.store.snapshot(volume, name: try SnapshotName("ployz-\(round)"))
                        }
                        base = snapshot
                        try await figures.time("written") { _ = try await source.store.written(volume) }
                        let sink = VolumeSink(
                            store: target.store,
                            volume: volume,
                            place: .volume,
                            expected: snapshot.guid
                        )
                        let ticket = link.ticket(sink)
                        let transfer = link.transfer(source)
                        let stream = VolumeStream(
                            volume: volume,
                            base: last,
                            snapshot: snapshot,
                            includesIntermediates: false
                        )
                        if round.isMultiple(of: 2) {
                            try await transfer.open(ticket)
                            try await Task.sleep(for: .milliseconds(50))
                        }
                        try await figures.time(round.isMultiple(of: 2) ? "delta, opened before" : "delta") {
                            _ = try await transfer.send(stream, with: ticket, progress: { _ in })
                        }
                        try await figures.time("mount") { try await target.store.mount(volume) }
                        try await target.store.unmount(volume)
                        try await figures.time("list snapshots") { _ = try await target.store.snapshots(of: volume) }
                        try await figures.time("foreign holders") {
                            _ = try await target.store.foreignHolders(of: volume)
                        }
                    }
                    figures.print()
                }
            }
        }
    }
}

private struct Figures {
    private var names: [String] = []
    private var times: [String: [Duration]] = [:]

    mutating func time<Result>(_ name: String, _ body: () async throws -> Result) async throws -> Result {
        let start = ContinuousClock.now
        let result = try await body()
        if times[name] == nil { names.append(name) }
        times[name, default: []].append(ContinuousClock.now - start)
        return result
    }

    func print() {
        for name in names {
            let sorted = (times[name] ?? []).sorted().map { Microseconds($0) }
            guard let least = sorted.first, let most = sorted.last else { continue }
            Swift.print(
                "figure: \(name): median \(sorted[sorted.count / 2]), \(least) to \(most), \(sorted.count) times"
            )
        }
    }
}
