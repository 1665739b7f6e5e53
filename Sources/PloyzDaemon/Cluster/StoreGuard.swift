import Foundation
import Logging
import PloyzMigration
import PloyzModel
import Synchronization

/// Says whether the store may be believed: it may not when it is behind what it has shown this machine before.
final class StoreGuard: Sendable {
    private struct State {
        var memory: EpochMemory
        var behind: [String] = []
    }

    private let machine: MachineID
    private let file: DurableFile
    private let logger: Logger
    private let state: Mutex<State>

    /// - Throws: when the file cannot be read.
    init(machine: MachineID, cluster: ClusterID, file: DurableFile, logger: Logger) throws {
        self.machine = machine
        self.file = file
        self.logger = logger
        let stored = try file.read().map { try JSON.decode(EpochMemory.self, from: $0) }
        state = Mutex(State(memory: stored ?? EpochMemory(cluster: cluster)))
    }

    /// Where the store is behind, in words; empty when it is not.
    var behind: [String] { state.withLock { $0.behind } }

    /// Takes in what the store shows of this machine, durably, before anything is started by it.
    ///
    /// - Parameter cluster: the store's record of its cluster; nil when it has none.
    /// - Throws: when the file cannot be written, or ``PloyzError`` `store-behind`.
    func check(_ placements: LocalPlacements, cluster: Data?) throws {
        // Nothing else is taken in: what was never here is not remembered.
        let memory = state.withLock { $0.memory }
        let instances = placements.instances(and: memory.instances.keys)
        let records = EpochMemory.Records(
            cluster: cluster.flatMap { try? JSON.decode(ClusterRecord.self, from: $0).id },
            instances: instances,
            volumes: placements.volumes(and: memory.volumes.keys),
            generations: placements.services(of: instances).mapValues(\.generation)
        )
        let news = try state.withLock { state -> [String] in
            var memory = state.memory
            let behind = memory.learn(from: records, of: machine)
            if memory != state.memory { try file.write(try JSON.encode(memory)) }
            state.memory = memory
            defer { state.behind = behind }
            return behind == state.behind ? [] : behind
        }
        for text in news { logger.critical("The store is behind", metadata: ["store.behind": "\(text)"]) }
        try requireCurrent()
    }

    /// - Throws: ``PloyzError`` `store-behind`.
    func requireCurrent() throws(PloyzError) {
        let behind = behind
        guard let first = behind.first else { return }
        throw PloyzError(
            .storeBehind,
            "the store is behind what this machine has seen of it: \(first)"
                + (behind.count > 1 ? " (and \(behind.count - 1) more)" : ""),
            state: "nothing is started, stopped or moved on this machine",
            next: "restore a later snapshot: ployzctl store snapshot restore <file> --yes --force"
        )
    }
}

extension ErrorCode {
    /// The store shows older epochs than it has shown before.
    static let storeBehind = ErrorCode("store-behind", exitStatus: 3)
}
