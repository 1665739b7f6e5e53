import Foundation
import PloyzMigration
import PloyzModel
import PloyzZFS
import Subprocess
import SystemPackage
import Testing

extension RealPool {
    /// The contract of ``VolumeStore`` on a real pool.
    @Suite("Volumes")
    struct VolumeStoreTests {
        let volume: VolumeRef
        let one: SnapshotName
        let two: SnapshotName

        init() throws {
            volume = try VolumeRef("shop/data")
            one = try SnapshotName("ployz-1")
            two = try SnapshotName("ployz-2")
        }

        @Test("what ZFS can do is probed, and there is space")
        func capability() async throws {
            try await PoolMachine.with { machines in
                let capability = try await machines[0].store.capability()
                #expect(capability.root == machines[0].store.layout.root)
                if capability.implementation == "zfs-fuse" { #expect(capability.features.isEmpty) }
                #expect(try await machines[0].store.availableSpace() > .mebibytes(100))
                #expect(try await machines[0].store.dataset(of: volume) == nil)
                #expect(try await machines[0].store.datasets().isEmpty)
            }
        }

        @Test("a quota may grow, shrink and go, but not below what the volume has in it")
        func quota() async throws {
            try await PoolMachine.with { machines in
                let store = machines[0].store
                try await machines[0].create(volume, quota: try Capacity("64MiB"))
                let name = store.layout.dataset(of: volume).text
                let limit = { try await machines[0].zfs("get", "-Hp", "-o", "value", "refquota", name) }
                try await store.setQuota(try Capacity("32MiB"), of: volume)
                #expect(try await limit() == "33554432\n")
                try await store.mount(volume)
                let file = "\(store.directory(of: volume))/file"
                // Random, since a pool may compress.
                let bytes = Data((0..<(8 << 20)).map { _ in UInt8.random(in: 0...255) })
                try bytes.write(to: URL(filePath: file))
                try await store.unmount(volume)
                let error = await #expect(throws: PloyzError.self) {
                    try await store.setQuota(try Capacity("4MiB"), of: volume)
                }
                #expect(error?.code.text == "quota-too-small")
                #expect(try await limit() == "33554432\n")
                try await store.setQuota(nil, of: volume)
                #expect(try await limit() == "0\n")
                try await store.setQuota(nil, of: volume)
                let foreign = try VolumeRef("shop/other")
                await #expect(throws: PloyzError.self) { try await store.setQuota(nil, of: foreign) }
            }
        }

        @Test("a volume is created with mode, owner and quota, unmounted, and only once")
        func create() async throws {
            try await PoolMachine.with { machines in
                let store = machines[0].store
                let spec = VolumeSpec(
                    name: volume.volume,
                    quota: try Capacity("64MiB"),
                    mode: try FileMode("2750"),
                    owner: try Ownership("999:998")
                )
                let stamp = machines[0].stamp(volume, 1, .live)
                try await store.create(spec, of: volume, stamp: stamp)
                try await store.create(spec, of: volume, stamp: stamp)
                let dataset = try #require(try await store.dataset(of: volume))
                #expect(dataset.stamp == stamp)
                #expect(!dataset.isMounted)
                #expect(try await store.datasets().map(\.name) == [store.layout.dataset(of: volume)])
                let settings = try await machines[0].zfs(
                    "get",
                    "-Hp",
                    "-o",
                    "value",
                    "canmount,refquota,atime",
                    dataset.name.text
                )
                #expect(settings == "noauto\n67108864\noff\n")
                #expect(!FileManager.default.fileExists(atPath: store.directory(of: volume)))
                try await store.mount(volume)
                try await store.mount(volume)
                #expect(try await store.dataset(of: volume)?.isMounted == true)
                let attributes = try FileManager.default.attributesOfItem(atPath: store.directory(of: volume))
                #expect(attributes[.posixPermissions] as? Int == 0o2750)
                #expect(attributes[.ownerAccountID] as? Int == 999)
                #expect(attributes[.groupOwnerAccountID] as? Int == 998)
                try await store.unmount(volume)
                try await store.unmount(volume)
                #expect(!FileManager.default.fileExists(atPath: store.directory(of: volume)))
                let other = await #expect(throws: PloyzError.self) {
                    try await store.create(spec, of: volume, stamp: machines[0].stamp(volume, 2, .live))
                }
                #expect(other?.code == .volumeExists)
            }
        }

        @Test("a dataset that is not ours is refused by every call and left as it was")
        func foreign() async throws {
            try await PoolMachine.with { machines in
                let store = machines[0].store
                try await machines[0].create(try VolumeRef("shop/mine"))
                let name = store.layout.dataset(of: volume)
                try await machines[0].zfs("create", "-o", "mountpoint=none", name.text)
                let before = try await machines[0].zfs("get", "-H", "all", name.text)
                #expect(try await store.dataset(of: volume)?.stamp == nil)
                #expect(try await store.datasets().count == 1)
                let snapshot = VolumeSnapshot(name: one, guid: 1, creation: 1)
                let calls: [(String, () async throws -> Void)] = [
                    ("create", { try await machines[0].create(volume) }),
                    ("stamp", { try await store.setStamp(machines[0].stamp(volume, 1, .live)) }),
                    ("mount", { try await store.mount(volume) }),
                    ("unmount", { try await store.unmount(volume) }),
                    ("snapshot", { _ = try await store.snapshot(volume, name: one) }),
                    ("hold", { try await store.hold(volume, one, tag: .previous) }),
                    ("rollback", { try await store.rollback(volume, to: 1) }),
                    ("receive", { try await store.prepareReceive(volume, into: .volume) }),
                ]
                for (call, body) in calls {
                    let error = await #expect(throws: PloyzError.self, "\(call)") { try await body() }
                    #expect(error?.code == .foreignDataset, "\(call)")
                }
                try await store.destroySnapshot(volume, snapshot)
                #expect(try await machines[0].zfs("get", "-H", "all", name.text) == before)
                await #expect(throws: PloyzError.self) {
                    try await machines[0].zfs("list", "-H", "-t", "snapshot", "-o", "name", "\(name)@\(one)")
                }
            }
        }

        @Test("a namespace's dataset without our mark is refused")
        func foreignNamespace() async throws {
            try await PoolMachine.with { machines in
                let layout = machines[0].store.layout
                try await machines[0].zfs("create", "-o", "mountpoint=none", layout.root.text)
                try await machines[0].zfs("create", layout.dataset(of: volume.namespace).text)
                let error = await #expect(throws: PloyzError.self) { try await machines[0].create(volume) }
                #expect(error?.code == .foreignDataset)
            }
        }

        @Test("the stamp is changed and read back")
        func stamp() async throws {
            try await PoolMachine.with { machines in
                try await machines[0].create(volume)
                for (epoch, state) in [(UInt64(2), DatasetStamp.State.previous), (3, .incoming), (3, .live)] {
                    let stamp = machines[0].stamp(volume, epoch, state)
                    try await machines[0].store.setStamp(stamp)
                    #expect(try await machines[0].store.dataset(of: volume)?.stamp == stamp)
                }
            }
        }

        /// OpenZFS counts a block of the dataset's own after its first unmount and after a rollback, which changes nothing in
        /// it and is in no receive's way (2.3.2: 1024 bytes); zfs-fuse counts none.
        private static let header = ByteCount(4096)

        @Test(
            "written is 0 after a snapshot and nearly so through a mount, and not after a write, a chmod or a removal"
        )
        func written() async throws {
            try await PoolMachine.with { machines in
                let store = machines[0].store
                try await machines[0].create(volume)
                let first = try await store.snapshot(volume, name: one)
                #expect(try await store.written(volume) == .zero)
                #expect(try await store.snapshot(volume, name: one) == first)
                try await store.mount(volume)
                _ = try FileManager.default.contentsOfDirectory(atPath: store.directory(of: volume))
                try await store.unmount(volume)
                #expect(try await store.written(volume) <= Self.header)
                try await store.mount(volume)
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o700],
                    ofItemAtPath: store.directory(of: volume)
                )
                try await store.unmount(volume)
                #expect(try await store.written(volume) > .zero)
                let error = await #expect(throws: PloyzError.self) { try await store.snapshot(volume, name: one) }
                #expect(error?.code == .snapshotMismatch)
                let second = try await store.snapshot(volume, name: two)
                #expect(try await store.written(volume) == .zero)
                #expect(try await store.snapshots(of: volume) == [first, second])
            }
        }

        @Test("a snapshot is destroyed when it is ours, the very one, and not held")
        func destroySnapshot() async throws {
            try await PoolMachine.with { machines in
                let store = machines[0].store
                try await machines[0].create(volume)
                let first = try await store.snapshot(volume, name: one)
                try await store.hold(volume, one, tag: .previous)
                try await store.hold(volume, one, tag: .previous)
                try await store.destroySnapshot(volume, first)
                #expect(try await store.snapshots(of: volume) == [first])
                try await store.release(volume, one, tag: .previous)
                try await store.release(volume, one, tag: .previous)
                let impostor = VolumeSnapshot(name: one, guid: first.guid &+ 1, creation: first.creation)
                try await store.destroySnapshot(volume, impostor)
                #expect(try await store.snapshots(of: volume) == [first])
                try await store.destroySnapshot(volume, first)
                try await store.destroySnapshot(volume, first)
                #expect(try await store.snapshots(of: volume).isEmpty)
                try await store.release(volume, one, tag: .previous)
                let foreign = VolumeSnapshot(name: try SnapshotName("daily"), guid: 1, creation: 1)
                let error = await #expect(throws: PloyzError.self) { try await store.destroySnapshot(volume, foreign) }
                #expect(error?.code == .foreignDataset)
            }
        }

        @Test("a rollback goes to the newest snapshot with that GUID, or nowhere")
        func rollback() async throws {
            try await PoolMachine.with { machines in
                let store = machines[0].store
                try await machines[0].create(volume)
                try await machines[0].write(Data("kept".utf8), to: "file", of: volume)
                let first = try await store.snapshot(volume, name: one)
                try await machines[0].write(Data("lost".utf8), to: "file", of: volume)
                #expect(try await store.written(volume) > .zero)
                let wrong = await #expect(throws: PloyzError.self) {
                    try await store.rollback(volume, to: first.guid &+ 1)
                }
                #expect(wrong?.code == .snapshotMismatch)
                try await store.rollback(volume, to: first.guid)
                try await store.rollback(volume, to: first.guid)
                #expect(try await store.written(volume) <= Self.header)
                #expect(try await machines[0].read("file", of: volume) == Data("kept".utf8))
                let second = try await store.snapshot(volume, name: two)
                await #expect(throws: PloyzError.self) { try await store.rollback(volume, to: first.guid) }
                #expect(try await store.snapshots(of: volume) == [first, second])
            }
        }

        @Test("a process that holds the mount is named, here and in another mount namespace")
        func busy() async throws {
            try await PoolMachine.with { machines in
                let store = machines[0].store
                try await machines[0].create(volume)
                try await store.mount(volume)
                #expect(try await store.foreignHolders(of: volume).isEmpty)
                try await whileRunning(["sleep", "60"], in: store.directory(of: volume)) { pid in
                    let holders = try await store.foreignHolders(of: volume)
                    #expect(holders == ["sleep (\(pid))"])
                    let error = await #expect(throws: PloyzError.self) { try await store.unmount(volume) }
                    #expect(error?.code == .volumeBusy)
                    #expect(error?.message.contains("sleep (\(pid))") == true)
                }
                try await whileRunning(["unshare", "--mount", "--propagation", "private", "sleep", "60"], in: "/") {
                    pid in
                    let holders = try await store.foreignHolders(of: volume)
                    #expect(holders == ["sleep (\(pid))"])
                    let error = await #expect(throws: PloyzError.self) { try await store.unmount(volume) }
                    #expect(error?.code == .volumeBusy)
                    #expect(error?.message.contains("sleep (\(pid))") == true)
                    // Unmounted here, still known to live on there.
                    let after = try await store.foreignHolders(of: volume)
                    #expect(after == ["sleep (\(pid))"])
                }
                try await store.unmount(volume)
                try await store.mount(volume)
                try await store.unmount(volume)
            }
        }

        @Test("stand-ins are there while a container is created, and never in a dataset")
        func placeholders() async throws {
            try await PoolMachine.with { machines in
                let store = machines[0].store
                let directory = store.directory(of: volume)
                try await machines[0].create(volume)
                try await store.withPlaceholders(for: [volume, volume]) {
                    #expect(FileManager.default.fileExists(atPath: directory))
                    try await store.withPlaceholders(for: [volume]) {}
                    #expect(FileManager.default.fileExists(atPath: directory))
                }
                #expect(!FileManager.default.fileExists(atPath: directory))
                try await store.mount(volume)
                try await store.withPlaceholders(for: [volume]) {}
                #expect(FileManager.default.fileExists(atPath: directory))
                try await store.unmount(volume)
                try await store.withPlaceholders(for: [volume]) { try await store.mount(volume) }
                #expect(FileManager.default.fileExists(atPath: directory))
                try await store.unmount(volume)
                #expect(!FileManager.default.fileExists(atPath: directory))
            }
        }

        @Test("a full estimate is near what the volume holds, an incremental one near what changed")
        func estimate() async throws {
            try await PoolMachine.with { machines in
                let store = machines[0].store
                try await machines[0].create(volume)
                try await machines[0].write(try noise(8 << 20), to: "big", of: volume)
                let first = try await store.snapshot(volume, name: one)
                try await machines[0].write(try noise(1 << 20), to: "small", of: volume)
                let live = try await store.estimate(volume, from: first, to: nil, flags: [])
                let second = try await store.snapshot(volume, name: two)
                let full = try await store.estimate(volume, from: nil, to: second, flags: [])
                let delta = try await store.estimate(volume, from: first, to: second, flags: [])
                #expect(full.bytes > .mebibytes(8) && full.bytes < .mebibytes(12))
                #expect(delta.bytes > .mebibytes(1) && delta.bytes < .mebibytes(3))
                #expect(live.bytes > .mebibytes(1) && live.bytes < .mebibytes(3))
            }
        }

        /// Calls `body` with the process ID of a command that runs in `directory`, once it has reached its `exec`.
        private func whileRunning(
            _ words: [String],
            in directory: String,
            _ body: (Int32) async throws -> Void
        ) async throws {
            _ = try await run(
                .name(words[0]),
                arguments: Arguments(Array(words.dropFirst())),
                workingDirectory: .init(directory),
                input: .none,
                output: .discarded,
                error: .discarded
            ) { execution in
                let pid = execution.processIdentifier.value
                let end = ContinuousClock.now + .seconds(5)
                while (try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8)) != "sleep\n" {
                    try #require(ContinuousClock.now < end)
                    try await Task.sleep(for: .milliseconds(5))
                }
                do {
                    try await body(pid)
                } catch {
                    Issue.record(error)
                }
                try execution.send(signal: .kill)
            }
        }
    }
}
