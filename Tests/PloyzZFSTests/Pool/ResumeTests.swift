import Foundation
import PloyzMigration
import PloyzModel
import PloyzZFS
import SystemPackage
import Testing

extension RealPool {
    /// Streams that are cut off, where ZFS keeps what has arrived.
    @Suite("Streams that go on", .feature(.receiveResume))
    struct ResumeTests {
        let volume: VolumeRef
        let spec: VolumeSpec

        init() throws {
            volume = try VolumeRef("shop/data")
            spec = VolumeSpec(name: volume.volume)
        }

        private func name(_ number: Int) throws -> SnapshotName { try SnapshotName("ployz-\(number)") }

        private func stream(_ base: VolumeSnapshot?, _ snapshot: VolumeSnapshot) -> VolumeStream {
            VolumeStream(volume: volume, base: base, snapshot: snapshot, includesIntermediates: false)
        }

        @Test("a first stream goes on where it was cut off, again and again, and nothing is sent twice")
        func full() async throws {
            try await PoolMachine.with(2) { machines in
                let (source, target) = (machines[0], machines[1])
                try await source.create(volume)
                let big = try noise(16 << 20)
                try await source.write(big, to: "big", of: volume)
                let first = try await source.store.snapshot(volume, name: try name(1))
                let whole = try await source.bytes(of: stream(nil, first))
                try await target.store.prepareReceive(volume, into: .staging)
                var sent = whole.count / 3
                await cut(whole.prefix(sent), target, .staging)
                for length in [4 << 20, 3 << 20] {
                    let (rest, _) = try await resumed(stream(nil, first), source, target, .staging)
                    sent += length
                    await cut(rest.prefix(length), target, .staging)
                }
                let adoption = await #expect(throws: PloyzError.self) {
                    try await target.store.adoptReceived(volume, spec: spec, stamp: target.stamp(volume, 2, .incoming))
                }
                #expect(adoption?.code == .snapshotMismatch)
                #expect(try await target.store.dataset(of: volume) == nil, "a part was taken for a whole")
                let (rest, point) = try await resumed(stream(nil, first), source, target, .staging)
                let left = try #require(point.bytes)
                // ZFS takes what has arrived from the size of the whole, some records off.
                #expect(abs(Double(left.bytes) - Double(rest.count)) < 1_048_576)
                sent += rest.count
                #expect(Double(sent) < Double(whole.count) * 1.1)
                #expect(try await target.receive(rest, of: volume, into: .staging).guid == first.guid)
                try await target.store.adoptReceived(volume, spec: spec, stamp: target.stamp(volume, 2, .incoming))
                #expect(try await target.store.partialReceive(of: volume) == nil)
                #expect(try await target.read("big", of: volume) == big)
            }
        }

        @Test("a later stream goes on too; a rollback keeps its part, and discarding it keeps the volume")
        func increment() async throws {
            try await PoolMachine.with(2) { machines in
                let (source, target) = (machines[0], machines[1])
                try await source.create(volume)
                let first = try await source.store.snapshot(volume, name: try name(1))
                try await target.store.prepareReceive(volume, into: .staging)
                let full = try await source.bytes(of: stream(nil, first))
                try await target.receive(full, of: volume, into: .staging)
                try await target.store.adoptReceived(volume, spec: spec, stamp: target.stamp(volume, 2, .incoming))
                let big = try noise(8 << 20)
                try await source.write(big, to: "big", of: volume)
                let second = try await source.store.snapshot(volume, name: try name(2))
                let whole = try await source.bytes(of: stream(first, second))
                await cut(whole.prefix(whole.count / 2), target, .volume)
                let partial = try #require(try await target.store.partialReceive(of: volume))
                #expect(partial.bytes > .mebibytes(3) && partial.bytes < .mebibytes(5))
                #expect(try await target.store.written(volume) == .zero)
                // The candidate of another try wrote meanwhile, and was given up.
                try await target.write(Data("candidate".utf8), to: "file", of: volume)
                try await target.store.rollback(volume, to: first.guid)
                let (rest, _) = try await resumed(stream(first, second), source, target, .volume)
                #expect(rest.count < whole.count * 6 / 10)
                #expect(try await target.receive(rest, of: volume, into: .volume).guid == second.guid)
                #expect(try await target.read("big", of: volume) == big)

                try await source.write(try noise(4 << 20), to: "more", of: volume)
                try await target.store.rollback(volume, to: second.guid)
                let third = try await source.store.snapshot(volume, name: try name(3))
                let next = try await source.bytes(of: stream(second, third))
                await cut(next.prefix(next.count / 2), target, .volume)
                let other = await #expect(throws: PloyzError.self) {
                    try await target.receive(next, of: volume, into: .volume)
                }
                #expect(other?.code == .badStream, "it begins anew beside a part")
                try await target.store.discardPartial(of: volume)
                try await target.store.discardPartial(of: volume)
                #expect(try await target.store.snapshots(of: volume).map(\.guid) == [first.guid, second.guid])
                #expect(try await target.receive(next, of: volume, into: .volume).guid == third.guid)
            }
        }

        @Test("a token is of no use when its snapshot is gone, when it is another volume's, or when it is none")
        func stale() async throws {
            try await PoolMachine.with(2) { machines in
                let (source, target) = (machines[0], machines[1])
                let other = try VolumeRef("shop/other")
                try await source.create(volume)
                try await source.create(other)
                try await source.write(try noise(8 << 20), to: "big", of: volume)
                let first = try await source.store.snapshot(volume, name: try name(1))
                try await target.store.prepareReceive(volume, into: .staging)
                let whole = try await source.bytes(of: stream(nil, first))
                await cut(whole.prefix(whole.count / 2), target, .staging)
                let token = try #require(
                    try await target.store.prepareReceive(volume, into: .staging, keepsPartial: true)
                )
                #expect(try await source.store.resumePoint(of: token, for: volume)?.guid == first.guid)
                #expect(try await source.store.resumePoint(of: token, for: other) == nil)
                let stranger = VolumeStream(
                    volume: other,
                    base: nil,
                    snapshot: first,
                    includesIntermediates: false,
                    resume: token
                )
                let error = await #expect(throws: PloyzError.self) { try await source.bytes(of: stranger) }
                #expect(error?.code == .badStream, "a target chose what is sent")
                let none = try ResumeToken("1-0-0-0")
                #expect(try await source.store.resumePoint(of: none, for: volume) == nil)
                try await source.store.destroySnapshot(volume, first)
                #expect(try await source.store.resumePoint(of: token, for: volume) == nil)
                // So it begins anew.
                #expect(try await target.store.prepareReceive(volume, into: .staging) == nil)
                #expect(try await target.store.partialReceive(of: volume) == nil)
                let second = try await source.store.snapshot(volume, name: try name(2))
                let again = try await source.bytes(of: stream(nil, second))
                #expect(try await target.receive(again, of: volume, into: .staging).guid == second.guid)
            }
        }

        @Test("a damaged stream keeps what was whole of it, and the rest arrives undamaged")
        func damaged() async throws {
            try await PoolMachine.with(2) { machines in
                let (source, target) = (machines[0], machines[1])
                try await source.create(volume)
                let big = try noise(8 << 20)
                try await source.write(big, to: "big", of: volume)
                let first = try await source.store.snapshot(volume, name: try name(1))
                try await target.store.prepareReceive(volume, into: .staging)
                var whole = try await source.bytes(of: stream(nil, first))
                whole[whole.count / 2] ^= 1
                await cut(whole, target, .staging)
                let (rest, _) = try await resumed(stream(nil, first), source, target, .staging)
                #expect(try await target.receive(rest, of: volume, into: .staging).guid == first.guid)
                try await target.store.adoptReceived(volume, spec: spec, stamp: target.stamp(volume, 2, .incoming))
                #expect(try await target.read("big", of: volume) == big)
            }
        }

        @Test("of a stream that finds no space nothing is kept")
        func noSpace() async throws {
            try await PoolMachine.with(2) { machines in
                let (source, target) = (machines[0], machines[1])
                try await source.create(volume)
                try await source.write(try noise(12 << 20), to: "big", of: volume)
                let first = try await source.store.snapshot(volume, name: try name(1))
                try await target.store.prepareReceive(volume, into: .staging)
                try await target.zfs("set", "quota=6M", target.store.layout.root.text)
                let whole = try await source.bytes(of: stream(nil, first))
                let error = await #expect(throws: PloyzError.self) {
                    try await target.receive(whole, of: volume, into: .staging)
                }
                #expect(error?.code == .volumeFull, "\(error.map(String.init(describing:)) ?? "")")
                #expect(try await target.store.partialReceive(of: volume) == nil)
                try await target.zfs("set", "quota=none", target.store.layout.root.text)
                #expect(try await target.store.prepareReceive(volume, into: .staging, keepsPartial: true) == nil)
                #expect(try await target.receive(whole, of: volume, into: .staging).guid == first.guid)
            }
        }

        @Test("a first receive can be neither mounted nor written before it is adopted")
        func guarded() async throws {
            try await PoolMachine.with(2) { machines in
                let (source, target) = (machines[0], machines[1])
                try await source.create(volume)
                let first = try await source.store.snapshot(volume, name: try name(1))
                try await target.store.prepareReceive(volume, into: .staging)
                try await target.receive(try await source.bytes(of: stream(nil, first)), of: volume, into: .staging)
                let staged = target.store.layout.staging(of: volume).text
                let found = try await target.zfs(
                    "get",
                    "-Hp",
                    "-o",
                    "value",
                    "canmount,mountpoint,readonly,mounted",
                    staged
                )
                #expect(found == "noauto\nnone\non\nno\n")
            }
        }

        /// A stream that ends early, or is damaged, and of which a part is kept.
        private func cut(_ content: Data, _ target: PoolMachine, _ place: ReceivePlace) async {
            let error = await #expect(throws: PloyzError.self) {
                try await target.receive(content, of: volume, into: place)
            }
            #expect(error?.code == .badStream)
            #expect(error?.state == "what arrived is kept, and the next stream goes on from it")
            #expect(error?.message.contains("1-") == false, "the token helps nobody: \(error?.message ?? "")")
        }

        /// What is left of a stream, as the target's token tells it.
        private func resumed(
            _ stream: VolumeStream,
            _ source: PoolMachine,
            _ target: PoolMachine,
            _ place: ReceivePlace
        ) async throws -> (Data, ResumePoint) {
            let token = try #require(try await target.store.prepareReceive(volume, into: place, keepsPartial: true))
            let point = try #require(try await source.store.resumePoint(of: token, for: volume))
            #expect(point.fits(stream))
            return (try await source.bytes(of: stream.resumed(from: token)), point)
        }
    }
}
