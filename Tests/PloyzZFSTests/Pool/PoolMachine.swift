import Foundation
import Logging
import PloyzMigration
import PloyzModel
import PloyzTransfer
import PloyzZFS
import Subprocess
import SystemPackage
import Testing

extension Trait where Self == ConditionTrait {
    /// For tests that need a real pool: `scripts/in-zfs-namespace` gives them one.
    static var realPool: Self {
        .enabled("needs PLOYZ_ZFS_ROOT: run by scripts/in-zfs-namespace", { PoolMachine.root != nil })
    }
}

/// A machine of its own as far as volumes go: its own root in the pool, its own directories.
struct PoolMachine: Sendable {
    static let root = ProcessInfo.processInfo.environment["PLOYZ_ZFS_ROOT"]

    let store: ZFSVolumeStore
    let id: MachineID
    let directory: String

    init(_ name: String, directory: String, containerProcesses: [Int32] = []) throws {
        var random = SystemRandomNumberGenerator()
        id = MachineID(using: &random)
        self.directory = directory + "/" + name
        let root = try #require(Self.root)
        let layout = try ZFSLayout(
            root: try DatasetName("\(root)-\(name)-\(id.text.suffix(6))"),
            mountRoot: self.directory + "/volumes",
            stateDirectory: self.directory + "/state"
        )
        store = try ZFSVolumeStore(
            layout: layout,
            machine: id,
            timekeeper: SystemTimekeeper(),
            logger: Logger(label: name),
            containerProcesses: { containerProcesses }
        )
    }

    /// Calls `body` with so many machines, whose datasets and directories are gone afterwards.
    static func with(
        _ count: Int = 1,
        containerProcesses: [Int32] = [],
        _ body: ([PoolMachine]) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.path() + "ployz-pool-\(UUID().uuidString)"
        let machines = try (1...count).map {
            try PoolMachine("m\($0)", directory: directory, containerProcesses: containerProcesses)
        }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(machines))
        } catch {
            result = .failure(error)
        }
        for machine in machines { await machine.remove() }
        try? FileManager.default.removeItem(atPath: directory)
        try result.get()
    }

    private func remove() async {
        for dataset in (try? await store.datasets()) ?? [] where dataset.isMounted {
            _ = try? await zfs("unmount", dataset.name.text)
        }
        _ = try? await zfs("destroy", "-r", store.layout.root.text)
    }

    /// Runs `zfs` as an operator would.
    @discardableResult
    func zfs(_ words: String...) async throws -> String { try await command("zfs", words) }

    @discardableResult
    func command(_ program: String, _ words: String...) async throws -> String { try await command(program, words) }

    private func command(_ program: String, _ words: [String]) async throws -> String {
        let result = try await run(
            .name(program),
            arguments: Arguments(words),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 16)
        )
        guard result.terminationStatus.isSuccess else {
            throw PloyzError(.failed, "\(program) \(words): \(result.standardError)")
        }
        return result.standardOutput
    }

    func stamp(_ volume: VolumeRef, _ epoch: UInt64, _ state: DatasetStamp.State) -> DatasetStamp {
        DatasetStamp(volume: volume, owner: id, epoch: Epoch(epoch), state: state)
    }

    /// Makes a live volume.
    func create(_ volume: VolumeRef, quota: Capacity? = nil) async throws {
        try await store.create(
            VolumeSpec(name: volume.volume, quota: quota),
            of: volume,
            stamp: stamp(volume, 1, .live)
        )
    }

    /// Writes a file into the volume, which is mounted for it.
    func write(_ content: Data, to name: String, of volume: VolumeRef) async throws {
        try await store.mount(volume)
        try content.write(to: URL(filePath: store.directory(of: volume) + "/" + name))
        try await store.unmount(volume)
    }

    /// A whole stream in memory.
    func bytes(of stream: VolumeStream) async throws -> Data {
        let path = directory + "/sent"
        let descriptor = try FileDescriptor.open(
            FilePath(path),
            .readWrite,
            options: [.create, .truncate],
            permissions: .ownerReadWrite
        )
        defer { try? descriptor.close() }
        try await store.sendProcess(stream, to: descriptor)
        return try Data(contentsOf: URL(filePath: path))
    }

    @discardableResult
    func receive(
        _ content: Data,
        of volume: VolumeRef,
        into place: ReceivePlace,
        holding tag: HoldTag? = nil
    ) async throws -> VolumeSnapshot {
        let path = directory + "/received"
        try content.write(to: URL(filePath: path))
        let descriptor = try FileDescriptor.open(FilePath(path), .readOnly)
        defer { try? descriptor.close() }
        return try await store.receiveProcess(volume, into: place, from: descriptor, expecting: nil, holding: tag)
    }

    func read(_ name: String, of volume: VolumeRef) async throws -> Data {
        try await store.mount(volume)
        let content = try Data(contentsOf: URL(filePath: store.directory(of: volume) + "/" + name))
        try await store.unmount(volume)
        return content
    }
}

/// Bytes that do not compress.
func noise(_ count: Int) throws -> Data {
    let source = try FileHandle(forReadingFrom: URL(filePath: "/dev/urandom"))
    defer { try? source.close() }
    return try #require(try source.read(upToCount: count))
}
