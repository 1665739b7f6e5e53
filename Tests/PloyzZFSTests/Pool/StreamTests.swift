import Foundation
import Logging
import PloyzMigration
import PloyzModel
import PloyzTransfer
import PloyzZFS
import Synchronization
import SystemPackage
import Testing

extension RealPool {
    /// Streams between machines of one pool, through a listener on the loopback.
    @Suite("Streams")
    struct StreamTests {
        let volume: VolumeRef
        let spec: VolumeSpec

        init() throws {
            volume = try VolumeRef("shop/data")
            spec = VolumeSpec(name: volume.volume, quota: try Capacity("512MiB"))
        }

        private func name(_ number: Int) throws -> SnapshotName { try SnapshotName("ployz-\(number)") }

        @Test(
            "a first send arrives in staging, is adopted, and an increment follows; bytes are counted and GUIDs agree"
        )
        func fullThenIncremental() async throws {
            try await PoolMachine.with(2) { machines in
                try await StreamLink.with { link in
                    let (source, target) = (machines[0], machines[1])
                    try await source.create(volume)
                    let big = try noise(20 << 20)
                    try await source.write(big, to: "big", of: volume)
                    let first = try await source.store.snapshot(volume, name: try name(1))
                    let counts = Mutex<[UInt64]>([])
                    let receipt = try await link.send(volume, from: source, to: target, base: nil, first) { count in
                        counts.withLock { $0.append(count.bytes) }
                    }
                    #expect(receipt.guid == first.guid)
                    #expect(receipt.bytes > .mebibytes(20) && receipt.bytes < .mebibytes(21))
                    let seen = counts.withLock { $0 }
                    #expect(seen.count >= 10)
                    #expect(seen == seen.sorted())
                    #expect(try await target.store.dataset(of: volume) == nil)
                    let stamp = target.stamp(volume, 2, .incoming)
                    try await target.store.adoptReceived(volume, spec: spec, stamp: stamp)
                    try await target.store.adoptReceived(volume, spec: spec, stamp: stamp)
                    let dataset = try #require(try await target.store.dataset(of: volume))
                    #expect(dataset.stamp == stamp)
                    #expect(!dataset.isMounted)
                    let settings = try await target.zfs(
                        "get",
                        "-Hp",
                        "-o",
                        "value,source",
                        "canmount,readonly,refquota,mountpoint",
                        dataset.name.text
                    )
                    #expect(
                        settings
                            == "noauto\tlocal\noff\tlocal\n0\tdefault\n\(target.directory)/volumes/shop/data\tlocal\n"
                    )

                    try await source.write(Data("more".utf8), to: "small", of: volume)
                    let second = try await source.store.snapshot(volume, name: try name(2))
                    let increment = try await link.send(volume, from: source, to: target, base: first, second)
                    #expect(increment.bytes < .mebibytes(1))
                    #expect(try await target.store.snapshots(of: volume).map(\.guid) == [first.guid, second.guid])
                    #expect(try await target.store.written(volume) == .zero)
                    #expect(try await target.read("small", of: volume) == Data("more".utf8))
                    #expect(try await target.read("big", of: volume) == big)
                }
            }
        }

        @Test("a circle m1, m2, m3, m1 sends intermediates once and closes incrementally")
        func circle() async throws {
            try await PoolMachine.with(3) { machines in
                try await StreamLink.with { link in
                    try await machines[0].create(volume)
                    try await machines[0].write(try noise(4 << 20), to: "big", of: volume)
                    let first = try await machines[0].store.snapshot(volume, name: try name(1))
                    try await link.send(volume, from: machines[0], to: machines[1], base: nil, first)
                    try await machines[1].store.adoptReceived(
                        volume,
                        spec: spec,
                        stamp: machines[1].stamp(volume, 2, .live)
                    )
                    try await machines[0].store.setStamp(machines[0].stamp(volume, 2, .previous))

                    // m3 needs m1's base too, or the way from m3 to m1 could not be incremental.
                    try await machines[1].write(Data("two".utf8), to: "two", of: volume)
                    let second = try await machines[1].store.snapshot(volume, name: try name(2))
                    let base = try #require(try await machines[1].store.snapshots(of: volume).first)
                    #expect(base.guid == first.guid)
                    try await link.send(volume, from: machines[1], to: machines[2], base: nil, base)
                    try await machines[2].store.adoptReceived(
                        volume,
                        spec: spec,
                        stamp: machines[2].stamp(volume, 3, .live)
                    )
                    try await link.send(
                        volume,
                        from: machines[1],
                        to: machines[2],
                        base: base,
                        second,
                        intermediates: true
                    )
                    try await machines[1].store.setStamp(machines[1].stamp(volume, 3, .previous))

                    try await machines[2].write(Data("three".utf8), to: "three", of: volume)
                    let third = try await machines[2].store.snapshot(volume, name: try name(3))
                    let common = try #require(try await machines[2].store.snapshots(of: volume).first)
                    #expect(common.guid == first.guid)
                    let receipt = try await link.send(
                        volume,
                        from: machines[2],
                        to: machines[0],
                        base: common,
                        third,
                        intermediates: true
                    )
                    #expect(receipt.bytes < .mebibytes(1))
                    #expect(
                        try await machines[0].store.snapshots(of: volume).map(\.guid) == [
                            first.guid, second.guid, third.guid,
                        ]
                    )
                    #expect(try await machines[0].read("two", of: volume) == Data("two".utf8))
                    #expect(try await machines[0].read("three", of: volume) == Data("three".utf8))
                }
            }
        }

        @Test("a stream whose source is cut off leaves the volume as it was, and the next one arrives")
        func cutOff() async throws {
            try await PoolMachine.with(2) { machines in
                try await StreamLink.with { link in
                    let (source, target) = (machines[0], machines[1])
                    try await source.create(volume)
                    try await source.write(try noise(8 << 20), to: "big", of: volume)
                    let first = try await source.store.snapshot(volume, name: try name(1))
                    let cut = link.ticket(
                        VolumeSink(store: target.store, volume: volume, place: .staging, expected: nil)
                    )
                    try await target.store.prepareReceive(volume, into: .staging)
                    let halved = StreamTransfer(
                        timekeeper: SystemTimekeeper(),
                        logger: .init(label: "cut"),
                        volumeSource: { Halved(source: VolumeSource(store: source.store, stream: $0)) },
                        imageSource: { _ in Halved(source: nil) }
                    )
                    let stream = VolumeStream(volume: volume, base: nil, snapshot: first, includesIntermediates: false)
                    await #expect(throws: (any Error).self) {
                        try await halved.send(stream, with: cut, progress: { _ in })
                    }
                    try await target.store.discardStaging(volume)
                    try await target.store.discardStaging(volume)
                    try await link.send(volume, from: source, to: target, base: nil, first)
                    try await target.store.adoptReceived(volume, spec: spec, stamp: target.stamp(volume, 2, .incoming))
                    #expect(try await target.store.snapshots(of: volume).map(\.guid) == [first.guid])
                }
            }
        }

        @Test("a stream that ends early but in good order is told from a whole one")
        func truncated() async throws {
            try await PoolMachine.with(2) { machines in
                let (source, target) = (machines[0], machines[1])
                try await source.create(volume)
                try await source.write(try noise(2 << 20), to: "big", of: volume)
                let first = try await source.store.snapshot(volume, name: try name(1))
                try await target.store.prepareReceive(volume, into: .staging)
                let whole = try await stream(
                    source,
                    VolumeStream(volume: volume, base: nil, snapshot: first, includesIntermediates: false)
                )
                // The last record, which says that the stream is whole, has 312 bytes.
                for length in [0, 100, 312, whole.count / 2, whole.count - 312] {
                    let error = await #expect(throws: PloyzError.self, "\(length)") {
                        try await receive(whole.prefix(length), target, .staging)
                    }
                    #expect(error?.code == .badStream, "\(length): \(error?.message ?? "")")
                    try await target.store.discardStaging(volume)
                }
                var damaged = whole
                damaged[whole.count / 2] ^= 1
                let error = await #expect(throws: PloyzError.self) { try await receive(damaged, target, .staging) }
                #expect(error?.code == .badStream, "\(error?.message ?? "")")
                try await target.store.discardStaging(volume)
                #expect(try await receive(whole, target, .staging).guid == first.guid)
            }
        }

        @Test("what has arrived is held from others, before and after it is adopted, and thrown away all the same")
        func heldFromItsArrival() async throws {
            try await PoolMachine.with(2) { machines in
                let (source, target) = (machines[0], machines[1])
                try await source.create(volume)
                try await source.write(try noise(1 << 20), to: "file", of: volume)
                let first = try await source.store.snapshot(volume, name: try name(1))
                let whole = try await stream(
                    source,
                    VolumeStream(volume: volume, base: nil, snapshot: first, includesIntermediates: false)
                )
                for place in ["thrown away", "adopted"] {
                    try await target.store.prepareReceive(volume, into: .staging)
                    try await target.receive(whole, of: volume, into: .staging, holding: .previous)
                    let staged = "\(target.store.layout.staging(of: volume))@\(first.name)"
                    await #expect(throws: (any Error).self, "\(place)") { _ = try await target.zfs("destroy", staged) }
                    if place == "thrown away" { try await target.store.discardStaging(volume) }
                }
                try await target.store.adoptReceived(volume, spec: spec, stamp: target.stamp(volume, 2, .incoming))
                try await target.store.destroySnapshot(volume, first)
                #expect(try await target.store.snapshots(of: volume).map(\.guid) == [first.guid])
                try await target.store.release(volume, first.name, tag: .previous)
                try await target.store.destroySnapshot(volume, first)
                #expect(try await target.store.snapshots(of: volume).isEmpty)
            }
        }

        @Test("a stream of several snapshots that ends between two of them is told from a whole one")
        func truncatedBetweenSnapshots() async throws {
            try await PoolMachine.with(2) { machines in
                let (source, target) = (machines[0], machines[1])
                try await source.create(volume)
                var snapshots: [VolumeSnapshot] = []
                for number in 1...3 {
                    try await source.write(try noise(1 << 20), to: "file-\(number)", of: volume)
                    snapshots.append(try await source.store.snapshot(volume, name: try name(number)))
                }
                try await target.store.prepareReceive(volume, into: .staging)
                let first = try await stream(
                    source,
                    VolumeStream(volume: volume, base: nil, snapshot: snapshots[0], includesIntermediates: false)
                )
                try await receive(first, target, .staging)
                try await target.store.adoptReceived(volume, spec: spec, stamp: target.stamp(volume, 2, .incoming))
                let both = try await stream(
                    source,
                    VolumeStream(
                        volume: volume,
                        base: snapshots[0],
                        snapshot: snapshots[2],
                        includesIntermediates: true
                    )
                )
                // The first of the two ends half-way: this cuts the second one.
                let error = await #expect(throws: PloyzError.self) {
                    try await receive(both.prefix(both.count * 2 / 3), target, .volume)
                }
                #expect(error?.code == .badStream, "\(error?.message ?? "")")
                let kept = try await target.store.snapshots(of: volume).map(\.guid)
                #expect(kept == snapshots.prefix(2).map(\.guid))
                // What arrived whole is the base of the next try; a part of the other one, where it is kept, is not gone on with.
                try await target.store.discardPartial(of: volume)
                let rest = try await stream(
                    source,
                    VolumeStream(
                        volume: volume,
                        base: snapshots[1],
                        snapshot: snapshots[2],
                        includesIntermediates: false
                    )
                )
                #expect(try await receive(rest, target, .volume).guid == snapshots[2].guid)
            }
        }

        @Test("a full stream never lands on a volume that exists, and a wrong GUID is noticed")
        func refused() async throws {
            try await PoolMachine.with(2) { machines in
                try await StreamLink.with { link in
                    let (source, target) = (machines[0], machines[1])
                    try await source.create(volume)
                    try await target.create(volume)
                    let first = try await source.store.snapshot(volume, name: try name(1))
                    let error = await #expect(throws: PloyzError.self) {
                        try await link.send(volume, from: source, to: target, base: nil, first)
                    }
                    #expect(error?.code == .volumeExists)
                    let other = try VolumeRef("shop/other")
                    let sink = VolumeSink(
                        store: target.store,
                        volume: other,
                        place: .staging,
                        expected: first.guid &+ 1
                    )
                    let stream = VolumeStream(volume: volume, base: nil, snapshot: first, includesIntermediates: false)
                    let mismatch = await #expect(throws: PloyzError.self) {
                        try await link.transfer(source).send(stream, with: link.ticket(sink), progress: { _ in })
                    }
                    #expect(mismatch?.code == .snapshotMismatch)
                }
            }
        }

        @Test("after an abort the copy goes back to the received snapshot, and the next round is incremental")
        func abort() async throws {
            try await PoolMachine.with(2) { machines in
                try await StreamLink.with { link in
                    let (source, target) = (machines[0], machines[1])
                    try await source.create(volume)
                    try await source.write(Data("1".utf8), to: "file", of: volume)
                    let first = try await source.store.snapshot(volume, name: try name(1))
                    try await link.send(volume, from: source, to: target, base: nil, first)
                    try await target.store.adoptReceived(volume, spec: spec, stamp: target.stamp(volume, 2, .incoming))
                    // The candidate wrote before it was given up.
                    try await target.write(Data("candidate".utf8), to: "file", of: volume)
                    try await source.write(Data("2".utf8), to: "file", of: volume)
                    let second = try await source.store.snapshot(volume, name: try name(2))
                    let error = await #expect(throws: PloyzError.self) {
                        try await link.send(volume, from: source, to: target, base: first, second)
                    }
                    #expect(error?.code == .snapshotMismatch)
                    try await target.store.rollback(volume, to: first.guid)
                    try await link.send(volume, from: source, to: target, base: first, second)
                    #expect(try await target.read("file", of: volume) == Data("2".utf8))
                }
            }
        }

        @Test("a cancelled send ends both processes and gives the lock back")
        func cancelled() async throws {
            try await PoolMachine.with(2) { machines in
                try await StreamLink.with { link in
                    let (source, target) = (machines[0], machines[1])
                    try await source.create(volume)
                    try await source.write(try noise(64 << 20), to: "big", of: volume)
                    let first = try await source.store.snapshot(volume, name: try name(1))
                    let (events, begun) = AsyncStream<Void>.makeStream()
                    await withTaskGroup { group in
                        group.addTask {
                            await #expect(throws: CancellationError.self) {
                                try await link.send(volume, from: source, to: target, base: nil, first) { _ in
                                    begun.yield()
                                }
                            }
                        }
                        for await _ in events.prefix(1) {}
                        group.cancelAll()
                    }
                    try await target.store.discardStaging(volume)
                    try await link.send(volume, from: source, to: target, base: nil, first)
                }
            }
        }

        private func stream(_ machine: PoolMachine, _ stream: VolumeStream) async throws -> Data {
            try await machine.bytes(of: stream)
        }

        @discardableResult
        private func receive(
            _ content: Data,
            _ machine: PoolMachine,
            _ place: ReceivePlace
        ) async throws -> VolumeSnapshot {
            try await machine.receive(content, of: volume, into: place)
        }
    }
}

/// A source that fails after some of its stream has gone out.
private struct Halved: StreamSource {
    let source: VolumeSource?

    func write(to descriptor: FileDescriptor) async throws {
        let (reader, writer) = try FileDescriptor.pipe()
        defer { try? reader.close() }
        try await withThrowingTaskGroup { group in
            group.addTask {
                defer { try? writer.close() }
                try await source?.write(to: writer)
            }
            // On a thread of its own: on a machine with one processor the other task would never run beside it.
            try await withCheckedThrowingContinuation { (copied: CheckedContinuation<Void, any Error>) in
                Thread.detachNewThread {
                    copied.resume(with: Result { try Self.copy(3 << 20, from: reader, to: descriptor) })
                }
            }
            throw PloyzError(.failed, "the source was cut off")
        }
    }

    private static func copy(_ bytes: Int, from reader: FileDescriptor, to descriptor: FileDescriptor) throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var left = bytes
        while left > 0 {
            let count = try buffer.withUnsafeMutableBytes { try reader.read(into: $0) }
            try descriptor.writeAll(buffer[..<count])
            left -= count
        }
    }
}
