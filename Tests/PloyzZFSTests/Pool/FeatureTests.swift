import Foundation
import PloyzMigration
import PloyzModel
import PloyzZFS
import Testing

extension RealPool {
    /// What moves with a volume beside its content, and how exactly ZFS tells what moves.
    @Suite("Features")
    struct FeatureTests {
        let volume: VolumeRef
        let spec: VolumeSpec

        init() throws {
            volume = try VolumeRef("shop/data")
            spec = VolumeSpec(name: volume.volume, quota: try Capacity("64MiB"))
        }

        private func name(_ number: Int) throws -> SnapshotName { try SnapshotName("ployz-\(number)") }

        private func stream(
            _ base: VolumeSnapshot?,
            _ snapshot: VolumeSnapshot,
            _ flags: [StreamFlag] = []
        ) -> VolumeStream {
            VolumeStream(
                volume: volume,
                base: base,
                snapshot: snapshot,
                includesIntermediates: false,
                flags: flags
            )
        }

        private func move(
            _ snapshot: VolumeSnapshot,
            _ source: PoolMachine,
            _ target: PoolMachine,
            _ flags: [StreamFlag] = []
        ) async throws {
            try await target.store.prepareReceive(volume, into: .staging)
            let content = try await source.bytes(of: stream(nil, snapshot, flags))
            try await target.receive(content, of: volume, into: .staging)
            try await target.store.adoptReceived(volume, spec: spec, stamp: target.stamp(volume, 2, .incoming))
        }

        @Test("the kernel's ZFS is found to have everything that it has", .feature(.receiveProperties))
        func probe() async throws {
            try await PoolMachine.with { machines in
                let found = try await machines[0].store.capability()
                #expect(found.features == Set(StorageFeature.allCases))
                #expect(found.poolFeatures == Set(PoolFeature.allCases))
                #expect(found.properties == VolumeSettings.native)
            }
        }

        @Test("the size of a stream is known exactly, with the flags that it is sent with", .feature(.sendCompressed))
        func sizes() async throws {
            try await PoolMachine.with { machines in
                let (machine, store) = (machines[0], machines[0].store)
                try await machine.create(volume)
                let dataset = store.layout.dataset(of: volume).text
                try await machine.zfs("set", "recordsize=1M", "compression=lz4", dataset)
                try await machine.write(Data(repeating: 7, count: 4 << 20) + (try noise(4 << 20)), to: "a", of: volume)
                let first = try await store.snapshot(volume, name: try name(1))
                try await machine.write(try noise(2 << 20), to: "b", of: volume)
                let second = try await store.snapshot(volume, name: try name(2))
                for flags in [[], [.largeBlocks, .compressed]] as [[StreamFlag]] {
                    for base in [nil, first] {
                        let estimate = try await store.estimate(volume, from: base, to: second, flags: flags)
                        let bytes = try await machine.bytes(of: stream(base, second, flags)).count
                        #expect(estimate.quality == .exact)
                        #expect(
                            abs(Double(estimate.bytes.bytes) - Double(bytes)) < Double(bytes) * 0.02,
                            "\(flags) \(estimate.bytes.bytes) \(bytes)"
                        )
                    }
                }
                let now = try await store.estimate(volume, from: first, to: nil, flags: [])
                #expect(now.quality == .exact && now.bytes > .mebibytes(2) && now.bytes < .mebibytes(3))
            }
        }

        @Test(
            "properties move with the volume, and those that are taken back there are taken back here",
            .feature(.receiveProperties)
        )
        func settings() async throws {
            try await PoolMachine.with(2) { machines in
                let (source, target) = (machines[0], machines[1])
                try await source.create(volume)
                let dataset = source.store.layout.dataset(of: volume).text
                try await source.zfs(
                    "set",
                    "recordsize=16K",
                    "compression=zstd-3",
                    "xattr=sa",
                    "acltype=posixacl",
                    "logbias=throughput",
                    "primarycache=metadata",
                    "dnodesize=auto",
                    "quota=1G",
                    "com.example:team=Anna & Söhne",
                    dataset
                )
                let first = try await source.store.snapshot(volume, name: try name(1))
                try await move(first, source, target)
                let wanted = try await source.store.settings(of: volume)
                #expect(wanted.values["quota"] == String(1 << 30))
                #expect(wanted.values["com.example:team"] == "Anna & Söhne")
                try await target.store.apply(wanted, to: volume, isReceiving: true)
                #expect(try await target.store.settings(of: volume) == wanted.early)
                try await target.store.apply(wanted, to: volume, isReceiving: false)
                #expect(try await target.store.settings(of: volume) == wanted)
                let copy = target.store.layout.dataset(of: volume).text
                let own = try await target.zfs("get", "-Hp", "-o", "value", "atime,canmount,recordsize", copy)
                #expect(own == "off\nnoauto\n16384\n")

                try await source.zfs("inherit", "compression", dataset)
                try await source.zfs("inherit", "com.example:team", dataset)
                try await source.zfs("set", "atime=on", "quota=none", dataset)
                let changed = try await source.store.settings(of: volume)
                try await target.store.apply(changed, to: volume, isReceiving: true)
                try await target.store.apply(changed, to: volume, isReceiving: false)
                #expect(try await target.store.settings(of: volume) == changed)
                #expect(changed.values["atime"] == "on")
                #expect(changed.values["quota"] == nil && changed.values["compression"] == nil)
            }
        }

        @Test("quotas of a copy do not count what it receives, and one that is too small then is left out")
        func quotas() async throws {
            try await PoolMachine.with(2) { machines in
                let (source, target) = (machines[0], machines[1])
                try await source.create(volume)
                let first = try await source.store.snapshot(volume, name: try name(1))
                try await move(first, source, target)
                let copy = target.store.layout.dataset(of: volume).text
                try await target.zfs("set", "refquota=2M", copy)
                try await target.zfs("set", "quota=2M", copy)
                try await target.store.apply(.none, to: volume, isReceiving: true)
                try await source.write(try noise(8 << 20), to: "big", of: volume)
                let second = try await source.store.snapshot(volume, name: try name(2))
                try await target.receive(
                    try await source.bytes(of: stream(first, second)),
                    of: volume,
                    into: .volume
                )
                let small = try VolumeSettings(["quota": String(2 << 20)])
                try await target.store.apply(small, to: volume, isReceiving: false)
                #expect(try await target.store.settings(of: volume).values["quota"] == nil)
                try await target.store.setQuota(spec.quota, of: volume)
            }
        }

        @Test("a base whose snapshot is gone is sent from its bookmark, and both go together", .feature(.bookmarks))
        func bookmarks() async throws {
            try await PoolMachine.with(2) { machines in
                let (source, target) = (machines[0], machines[1])
                try await source.create(volume)
                try await source.write(try noise(4 << 20), to: "big", of: volume)
                let first = try await source.store.snapshot(volume, name: try name(1))
                try await move(first, source, target)
                try await source.store.keepBase(volume, first)
                try await source.store.keepBase(volume, first)
                try await source.zfs("destroy", "\(source.store.layout.dataset(of: volume))@\(first.name)")
                let mark = try #require(try await source.store.bookmarks(of: volume).first)
                #expect(mark.isBookmark && mark.guid == first.guid && mark.name == first.name)
                #expect(mark.creation == first.creation)
                #expect(try await source.store.snapshots(of: volume).isEmpty)
                try await source.write(Data("two".utf8), to: "two", of: volume)
                let second = try await source.store.snapshot(volume, name: try name(2))
                let size = try await source.store.estimate(volume, from: mark, to: second, flags: [])
                let delta = try await source.bytes(of: stream(mark, second))
                #expect(delta.count < 1 << 20 && size.bytes < .mebibytes(1))
                #expect(try await target.receive(delta, of: volume, into: .volume).guid == second.guid)
                #expect(try await target.read("two", of: volume) == Data("two".utf8))
                try await source.store.destroySnapshot(volume, mark)
                try await source.store.keepBase(volume, second)
                try await source.store.destroySnapshot(volume, second)
                #expect(try await source.store.bookmarks(of: volume).isEmpty)
                try await source.store.destroySnapshot(volume, mark)
            }
        }

        @Test(
            "what compresses into a block's pointer arrives: data, the text of a long link, attributes",
            .feature(.sendCompressed)
        )
        func embeddedBlocks() async throws {
            try await PoolMachine.with(2) { machines in
                let (source, target) = (machines[0], machines[1])
                try await source.create(volume)
                try await source.zfs(
                    "set",
                    "compression=lz4",
                    "xattr=sa",
                    source.store.layout.dataset(of: volume).text
                )
                let text = String(repeating: "d/", count: 500)
                let data = Data(repeating: 7, count: 100_000)
                let directory = source.store.directory(of: volume)
                try await source.write(data, to: "file", of: volume)
                try await source.store.mount(volume)
                try await source.command("ln", "-s", text, directory + "/link")
                try await source.command("setfattr", "-n", "user.text", "-v", text, directory + "/file")
                try await source.store.unmount(volume)

                let snapshot = try await source.store.snapshot(volume, name: try name(1))
                let flags = StreamFlag.allCases.filter { $0 != .raw }
                try await move(snapshot, source, target, flags)

                #expect(try await target.read("file", of: volume) == data)
                try await target.store.mount(volume)
                let copy = target.store.directory(of: volume)
                #expect(try await target.command("readlink", copy + "/link") == text + "\n")
                let attribute = try await target.command("getfattr", "-n", "user.text", "--only-values", copy + "/file")
                #expect(attribute == text)
                try await target.store.unmount(volume)
            }
        }

        @Test("a volume that is a clone moves in full; a snapshot that has a clone is kept")
        func clones() async throws {
            try await PoolMachine.with(2) { machines in
                let (source, target) = (machines[0], machines[1])
                let twin = try VolumeRef("shop/twin")
                try await source.create(volume)
                let big = try noise(4 << 20)
                try await source.write(big, to: "big", of: volume)
                let first = try await source.store.snapshot(volume, name: try name(1))
                let origin = "\(source.store.layout.dataset(of: volume))@\(first.name)"
                let clone = source.store.layout.dataset(of: twin).text
                try await source.zfs("clone", origin, clone)
                for property in [
                    "canmount=noauto", "mountpoint=\(source.store.layout.mountPoint(of: twin))", "ployz:volume=\(twin)",
                    "ployz:owner=\(source.id)", "ployz:epoch=1", "ployz:state=live",
                ] {
                    try await source.zfs("set", property, clone)
                }
                #expect(try await source.store.dataset(of: twin)?.origin == origin)
                try await source.store.destroySnapshot(volume, first)
                #expect(try await source.store.snapshots(of: volume) == [first], "its clone would be gone with it")
                let snapshot = try await source.store.snapshot(twin, name: try name(2))
                try await target.store.prepareReceive(twin, into: .staging)
                let whole = VolumeStream(volume: twin, base: nil, snapshot: snapshot, includesIntermediates: false)
                try await target.receive(try await source.bytes(of: whole), of: twin, into: .staging)
                try await target.store.adoptReceived(twin, spec: spec, stamp: target.stamp(twin, 2, .incoming))
                #expect(try await target.store.dataset(of: twin)?.origin == nil)
                #expect(try await target.read("big", of: twin) == big)
                try await source.zfs("destroy", "-r", clone)
            }
        }

        @Test("a snapshot that somebody takes of the copy is never destroyed by a rollback or a stream")
        func foreign() async throws {
            try await PoolMachine.with(2) { machines in
                let (source, target) = (machines[0], machines[1])
                try await source.create(volume)
                let first = try await source.store.snapshot(volume, name: try name(1))
                try await move(first, source, target)
                try await target.write(Data("x".utf8), to: "file", of: volume)
                let auto = "\(target.store.layout.dataset(of: volume))@autosnap"
                try await target.zfs("snapshot", auto)
                try await source.write(Data("y".utf8), to: "file", of: volume)
                let second = try await source.store.snapshot(volume, name: try name(2))
                let delta = try await source.bytes(of: stream(first, second))
                let rolled = await #expect(throws: PloyzError.self) {
                    try await target.store.rollback(volume, to: first.guid)
                }
                #expect(rolled?.code == .snapshotMismatch)
                let received = await #expect(throws: PloyzError.self) {
                    try await target.receive(delta, of: volume, into: .volume)
                }
                #expect(received?.code == .snapshotMismatch)
                #expect(try await target.store.snapshots(of: volume).map(\.name.text) == ["ployz-1", "autosnap"])
                try await target.zfs("destroy", auto)
                try await target.store.rollback(volume, to: first.guid)
                #expect(try await target.receive(delta, of: volume, into: .volume).guid == second.guid)
            }
        }
    }
}
