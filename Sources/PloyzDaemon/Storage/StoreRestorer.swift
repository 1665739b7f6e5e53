import Foundation
import Logging
import PloyzAPI
import PloyzMigration
import PloyzModel
import PloyzOverlay
import PloyzStore
import SystemPackage

/// Makes a store of one member, on this machine, from a snapshot.
///
/// What was there is kept beside it. Other machines that were members hold a store that is no more: they are told to put
/// theirs aside, those that do not answer as soon as they do.
struct StoreRestorer: Sendable {
    private static let answerLimit = Duration.seconds(30)

    let identity: MachineIdentity
    let configuration: DaemonConfiguration
    let state: StateDirectory
    let store: EtcdClusterStore
    let keeper: StorageKeeper
    let peer: @Sendable (MachineID) async throws -> any StoragePeer
    let timekeeper: any Timekeeper
    let logger: Logger

    /// - Parameter machines: as they were last known.
    func restore(_ request: RestoreRequest, machines: [MachineRecord]) async throws -> StoreRestoration {
        guard try await keeper.authority() != nil else {
            throw PloyzError(
                .notStorageMember,
                "this machine does not have the cluster's authority: nothing could join the store that is made here",
                state: "nothing was changed",
                next:
                    "restore on a storage member, or put authority.key and authority.crt of a backup into \(state.pki)"
            )
        }
        if !request.isForced, await store.health().contains(where: \.isHealthy) {
            throw PloyzError(
                .storeHealthy,
                "the store answers: what was written after the snapshot would be lost",
                state: "nothing was changed",
                next: "ployzctl mesh status; to do it all the same: --force"
            )
        }
        let now = timekeeper.date
        let fresh = state.root.appending("etcd.restored")
        try await unpack(request.path, to: fresh, at: now)
        let former = machines.filter { $0.isStorageMember && $0.id != identity.machine.id }
        let place = state.root.appending("etcd.before-\(Self.stamp(now))")
        let kept = try await keeper.replace(by: fresh, keepingAt: place, untold: former.map(\.id))
        store.replaceEndpoints([
            StoreEndpoint(host: identity.machine.managementAddress, port: configuration.storePort)
        ])
        try await store.waitUntilHealthy(within: Self.answerLimit, by: timekeeper)
        logger.notice("The store was made anew from a snapshot", metadata: ["store.snapshot": "\(request.path)"])
        try await correctRecords(kept: kept)
        let told = await tell(former)
        return StoreRestoration(
            machine: MachinePlace(identity.machine),
            keptAt: kept?.string,
            left: former.filter { told.contains($0.id) }.map(MachinePlace.init),
            unreached: former.filter { !told.contains($0.id) }.map(MachinePlace.init),
            behind: []
        )
    }

    /// A time as it can stand in a file's name.
    static func stamp(_ date: Date) -> String {
        date.formatted(.iso8601.dateTimeSeparator(.standard).timeSeparator(.omitted).dateSeparator(.omitted))
    }

    /// Makes a member's data from the snapshot; its hash is checked.
    private func unpack(_ snapshot: String, to place: FilePath, at date: Date) async throws {
        if FileManager.default.fileExists(atPath: place.string) {
            try FileManager.default.removeItem(atPath: place.string)
        }
        let machine = identity.machine
        let url = StoreEndpoint(host: machine.managementAddress, port: configuration.storePeerPort).description
        let result = try await SystemInvocationRunner().run(
            Invocation(
                configuration.etcdctlProgram,
                [
                    "snapshot", "restore", snapshot, "--data-dir=\(place)", "--name=\(machine.id)",
                    "--initial-cluster=\(machine.id)=\(url)", "--initial-advertise-peer-urls=\(url)",
                    // Members of the store that was must not take this one for theirs.
                    "--initial-cluster-token=\(identity.cluster.id)-\(Self.stamp(date))",
                ]
            )
        )
        guard result.status == 0 else {
            try? FileManager.default.removeItem(atPath: place.string)
            let words =
                (result.errors + result.output).split(whereSeparator: \.isNewline)
                .last { $0.contains("rror") } ?? "it gave no reason"
            throw PloyzError(
                .snapshotInvalid,
                "no store can be made from '\(snapshot)': \(words)",
                state: "nothing was changed",
                next: "another snapshot"
            )
        }
    }

    /// Only this machine is a member now.
    private func correctRecords(kept: FilePath?) async throws {
        let cluster = try await store.record(ClusterRecord.self, at: .cluster)
        guard cluster?.id == identity.cluster.id else {
            throw PloyzError(
                .snapshotInvalid,
                "the snapshot is of another cluster: \(cluster.map { "\($0.name), \($0.id)" } ?? "it has no record of one")",
                state: "its store runs here, and no machine believes it; what was there before is in "
                    + (kept?.string ?? "no place: there was nothing"),
                next: "restore a snapshot of \(identity.cluster.name)"
            )
        }
        var records = try await store.records(MachineRecord.self, under: .machines)
        if !records.contains(where: { $0.id == identity.machine.id }) {
            _ = try await store.commit(try Gatekeeper.claims(of: identity.machine))
            records.append(identity.machine)
        }
        for before in records {
            var after = before
            after.isStorageMember = before.id == identity.machine.id
            guard after != before else { continue }
            _ = try await store.commit(
                StoreTransaction(conditions: [try .value(before)], writes: [try .put(after)])
            )
        }
    }

    /// Tells former members to put their data aside, all at once.
    ///
    /// - Returns: those that did.
    private func tell(_ machines: [MachineRecord]) async -> Set<MachineID> {
        await withTaskGroup(of: MachineID?.self) { group in
            for machine in machines { group.addTask { await tell(machine.id) ? machine.id : nil } }
            return await group.reduce(into: []) { told, id in if let id { told.insert(id) } }
        }
    }

    private func tell(_ machine: MachineID) async -> Bool {
        do {
            _ = try await peer(machine).leaveStorage(StorageDeparture(isReplaced: true))
            try await keeper.told(machine)
            return true
        } catch {
            return false
        }
    }

    /// Tells those that did not answer so far. One that is a member of the new store by now needs no telling.
    func tellRest(_ records: [MachineRecord]) async throws {
        let untold = await keeper.memory.untold
        guard !untold.isEmpty else { return }
        let members = try await store.members()
        for id in untold {
            let record = records.first { $0.id == id }
            let isBack = members.contains { member in
                record.map { member.isAt($0.managementAddress, peerPort: configuration.storePeerPort) } ?? false
            }
            if isBack {
                try await keeper.told(id)
            } else if await tell(id) {
                logger.notice("A former member put its data aside", metadata: ["machine.id": "\(id)"])
            }
        }
    }
}

extension ErrorCode {
    /// A store that answers is not replaced unasked.
    static let storeHealthy = ErrorCode("store-healthy", exitStatus: 3)
    /// The file is no snapshot of this cluster's store, or damaged.
    static let snapshotInvalid = ErrorCode("snapshot-invalid", exitStatus: 3)
}
