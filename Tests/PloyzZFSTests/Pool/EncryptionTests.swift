import Foundation
import PloyzMigration
import PloyzModel
import PloyzZFS
import Testing

extension RealPool {
    /// Encrypted volumes, which move as they are.
    @Suite("Encrypted volumes", .feature(.sendRaw))
    struct EncryptionTests {
        let volume: VolumeRef
        let spec: VolumeSpec

        init() throws {
            volume = try VolumeRef("shop/secret")
            spec = VolumeSpec(name: volume.volume)
        }

        private func key(_ machine: PoolMachine, _ name: String = "key") throws -> KeyFile {
            let file = try KeyFile("\(machine.directory)/\(name)")
            try FileManager.default.createDirectory(atPath: machine.directory, withIntermediateDirectories: true)
            if !FileManager.default.fileExists(atPath: file.path) {
                try noise(32).write(to: URL(filePath: file.path))
            }
            return file
        }

        /// A root that an operator made, encrypted.
        private func encryptRoot(_ machine: PoolMachine) async throws -> KeyFile {
            let file = try key(machine)
            try await machine.zfs(
                "create",
                "-o",
                "encryption=aes-256-gcm",
                "-o",
                "keyformat=raw",
                "-o",
                "keylocation=\(file.location)",
                "-o",
                "canmount=off",
                "-o",
                "mountpoint=none",
                machine.store.layout.root.text
            )
            return file
        }

        private func stream(_ base: VolumeSnapshot?, _ snapshot: VolumeSnapshot) -> VolumeStream {
            VolumeStream(
                volume: volume,
                base: base,
                snapshot: snapshot,
                includesIntermediates: false,
                flags: [.raw]
            )
        }

        @Test("a volume below an encrypted root has its key, and is the root of its own encryption")
        func creation() async throws {
            try await PoolMachine.with { machines in
                let file = try await encryptRoot(machines[0])
                try await machines[0].create(volume)
                let found = try #require(try await machines[0].store.dataset(of: volume)?.encryption)
                #expect(found.cipher == "aes-256-gcm")
                #expect(found.isOwnRoot)
                #expect(found.keyFile == file)
                #expect(found.keyFormat == "raw")
                #expect(found.isLoaded)
                #expect(machines[0].store.hasKeyFile(file))
                #expect(!machines[0].store.hasKeyFile(try KeyFile(file.path + "-none")))
            }
        }

        @Test("it goes round and back raw with writes at each stop, to a machine that has the key only to run it")
        func circle() async throws {
            try await PoolMachine.with(3) { machines in
                let file = try await encryptRoot(machines[0])
                try await machines[0].create(volume)
                try await machines[0].write(try noise(4 << 20), to: "big", of: volume)
                var contents: [String: Data] = [:]
                let route = [0, 1, 0, 1, 2, 0, 2, 1, 0].map { machines[$0] }
                for (hop, (source, target)) in zip(route, route.dropFirst()).enumerated() {
                    contents["file-\(hop)"] = Data("hop \(hop)".utf8)
                    try await source.write(Data("hop \(hop)".utf8), to: "file-\(hop)", of: volume)
                    let snapshot = try await source.store.snapshot(volume, name: try SnapshotName("ployz-\(hop)"))
                    let isFirst = try await target.store.dataset(of: volume) == nil
                    try await move(source, target)
                    if isFirst {
                        let locked = try #require(try await target.store.dataset(of: volume)?.encryption)
                        #expect(locked.isOwnRoot && !locked.isLoaded && locked.keyFile == nil)
                    }
                    try await target.store.loadKey(of: volume, from: file)
                    try await target.store.loadKey(of: volume, from: file)
                    #expect(try await target.store.dataset(of: volume)?.encryption?.keyFile == file)
                    for (name, content) in contents { #expect(try await target.read(name, of: volume) == content) }
                    try await target.store.rollback(volume, to: snapshot.guid)
                }
                // After a boot no key is loaded.
                for machine in machines {
                    try await machine.zfs("unload-key", machine.store.layout.dataset(of: volume).text)
                    #expect(try await machine.read("file-1", of: volume) == contents["file-1"])
                }
                #expect(try await machines[0].scrub().contains("with 0 errors"))
            }
        }

        /// As the engine does it: back to the newest that both have, then every later snapshot by a stream of its own.
        private func move(_ source: PoolMachine, _ target: PoolMachine) async throws {
            let isFirst = try await target.store.dataset(of: volume) == nil
            let theirs = isFirst ? [] : try await target.store.snapshots(of: volume).map(\.guid)
            let own = try await source.store.snapshots(of: volume)
            var base = own.last { theirs.contains($0.guid) }
            if let base { try await target.store.rollback(volume, to: base.guid) }
            if isFirst { try await target.store.prepareReceive(volume, into: .staging) }
            for snapshot in own where snapshot.creation > base?.creation ?? 0 {
                let bytes = try await source.bytes(of: stream(base, snapshot))
                #expect(base == nil || bytes.count < 2 << 20)
                try await target.receive(bytes, of: volume, into: base == nil ? .staging : .volume)
                if base == nil {
                    let stamp = target.stamp(volume, 2, .incoming)
                    try await target.store.adoptReceived(volume, spec: spec, stamp: stamp)
                }
                base = snapshot
            }
        }

        @Test("a wrong key, a short one and none are told by their file, and nothing is mounted")
        func wrongKey() async throws {
            try await PoolMachine.with(2) { machines in
                let (source, target) = (machines[0], machines[1])
                let file = try await encryptRoot(source)
                try await source.create(volume)
                let first = try await source.store.snapshot(volume, name: try SnapshotName("ployz-1"))
                try await target.store.prepareReceive(volume, into: .staging)
                try await target.receive(try await source.bytes(of: stream(nil, first)), of: volume, into: .staging)
                try await target.store.adoptReceived(volume, spec: spec, stamp: target.stamp(volume, 2, .incoming))
                let wrong = try key(target, "wrong")
                let short = try key(target, "short")
                try noise(31).write(to: URL(filePath: short.path))
                for other in [wrong, short, try KeyFile("\(target.directory)/none")] {
                    let error = await #expect(throws: PloyzError.self) {
                        try await target.store.loadKey(of: volume, from: other)
                    }
                    #expect(error?.code == .keyNotLoaded)
                    #expect(error?.message.contains(other.path) == true, "\(error?.message ?? "")")
                }
                let error = await #expect(throws: PloyzError.self) { try await target.store.mount(volume) }
                #expect(error?.code == .keyNotLoaded, "\(error.map(String.init(describing:)) ?? "")")
                #expect(try await target.store.dataset(of: volume)?.isMounted == false)
                try await target.store.loadKey(of: volume, from: file)
                // A key that is loaded is compared all the same.
                let compared = await #expect(throws: PloyzError.self) {
                    try await target.store.loadKey(of: volume, from: wrong)
                }
                #expect(compared?.code == .keyNotLoaded)
                try await target.store.mount(volume)
                try await target.store.unmount(volume)
            }
        }

        @Test("a key that was changed on the source arrives with the next stream, and the old one is given up")
        func changedKey() async throws {
            try await PoolMachine.with(2) { machines in
                let (source, target) = (machines[0], machines[1])
                let file = try await encryptRoot(source)
                try await source.create(volume)
                _ = try await source.store.snapshot(volume, name: try SnapshotName("ployz-1"))
                try await move(source, target)
                try await target.store.loadKey(of: volume, from: file)
                let changed = try key(source, "changed")
                try await source.zfs(
                    "change-key",
                    "-o",
                    "keylocation=\(changed.location)",
                    "-o",
                    "keyformat=raw",
                    source.store.layout.dataset(of: volume).text
                )
                try await source.write(Data("new".utf8), to: "file", of: volume)
                _ = try await source.store.snapshot(volume, name: try SnapshotName("ployz-2"))
                try await move(source, target)
                let old = await #expect(throws: PloyzError.self) {
                    try await target.store.loadKey(of: volume, from: file)
                }
                #expect(old?.code == .keyNotLoaded)
                try await target.store.loadKey(of: volume, from: changed)
                #expect(try await target.read("file", of: volume) == Data("new".utf8))
                #expect(try await target.store.dataset(of: volume)?.encryption?.keyFile == changed)
            }
        }

        @Test("a raw stream that was cut off goes on raw")
        func resumed() async throws {
            try await PoolMachine.with(2) { machines in
                let (source, target) = (machines[0], machines[1])
                let file = try await encryptRoot(source)
                try await source.create(volume)
                let big = try noise(8 << 20)
                try await source.write(big, to: "big", of: volume)
                let first = try await source.store.snapshot(volume, name: try SnapshotName("ployz-1"))
                let whole = try await source.bytes(of: stream(nil, first))
                try await target.store.prepareReceive(volume, into: .staging)
                await #expect(throws: PloyzError.self) {
                    try await target.receive(whole.prefix(whole.count / 2), of: volume, into: .staging)
                }
                let token = try #require(
                    try await target.store.prepareReceive(volume, into: .staging, keepsPartial: true)
                )
                #expect(try await source.store.resumePoint(of: token, for: volume)?.isRaw == true)
                let rest = try await source.bytes(of: stream(nil, first).resumed(from: token))
                try await target.receive(rest, of: volume, into: .staging)
                try await target.store.adoptReceived(volume, spec: spec, stamp: target.stamp(volume, 2, .incoming))
                try await target.store.loadKey(of: volume, from: file)
                #expect(try await target.read("big", of: volume) == big)
            }
        }
    }
}

extension PoolMachine {
    /// Reads everything of the pool and says how it went.
    func scrub() async throws -> String {
        let pool = store.layout.root.pool.text
        _ = try await command("zpool", "scrub", "-w", pool)
        return try await command("zpool", "status", "-v", pool)
    }
}
