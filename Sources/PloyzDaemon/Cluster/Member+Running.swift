import Logging
import PloyzAPI
import PloyzMigration
import PloyzModel
import PloyzOverlay
import PloyzStore
import PloyzSupervisor
import PloyzTrust
import SystemPackage

extension Member {
    /// Brings the machine's parts up in their order and serves until the task is cancelled. What fails is tried again:
    /// a machine that boots before its network waits for it.
    func run() async {
        await insist("The overlay cannot be brought up") {
            try await self.network.start()
            try await self.routing.restore(fallback: self.identity.machines)
        }
        if identity.machine.isStorageMember {
            // One that ends again meanwhile is started anew.
            await insist("The list of revocations cannot be made") {
                try self.revocationFile.ensure(at: self.timekeeper.date)
            }
            await insist("The store's member does not answer") {
                try await self.startStoreMember()
                try await self.writeFirstRecords()
            }
        }
        await withDiscardingTaskGroup { group in
            group.addTask { await self.mirror.run(timekeeper: self.timekeeper) }
            group.addTask { await self.routing.follow(self.mirror) }
            group.addTask { await self.serving.follow(self.mirror) }
            group.addTask { await self.serve("The API for other machines") { try await self.servePeers() } }
            group.addTask { await self.serve("The volume stream") { try await self.streams.listen() } }
            if identity.machine.isStorageMember {
                group.addTask { await self.serve("The join API") { try await self.serveJoins() } }
            }
            group.addTask { await self.keepRepaired() }
            followTrust(&group)
            group.addTask {
                // Claims of operations that were under way are made from the journal before anything is started.
                await self.insist("Migrations cannot be taken up again") { try await self.migrations.prepare() }
                await withDiscardingTaskGroup { group in
                    group.addTask { await self.migrations.run() }
                    group.addTask { await self.controller.run() }
                    group.addTask { await self.quotas.follow(self.mirror) }
                }
            }
        }
    }

    private var controller: WorkloadController {
        WorkloadController(
            machine: identity.machine.id,
            store: store,
            mirror: mirror,
            placements: placements,
            storeGuard: storeGuard,
            claims: claims,
            starter: starter,
            engine: engine,
            timekeeper: timekeeper,
            logger: logger
        )
    }

    private var quotas: QuotaKeeper {
        QuotaKeeper(placements: placements, volumes: volumes, timekeeper: timekeeper, logger: logger)
    }

    private func startStoreMember() async throws {
        let member = EtcdMember(
            machine: identity.machine.id,
            cluster: identity.cluster.id,
            managementAddress: identity.machine.managementAddress,
            dataDirectory: state.etcd.string,
            credentials: StoreCredentials(credentials),
            beginning: .founding,
            revocationListPath: revocationFile.path,
            clientPort: configuration.storePort,
            peerPort: configuration.storePeerPort
        )
        let helper = Helper(
            name: try HelperName("etcd"),
            program: configuration.etcdProgram,
            arguments: Array(member.command.dropFirst()),
            logFile: state.helpers.appending("etcd.log").string
        )
        let adoption = try await supervisor.ensureRunning(helper)
        // It is looked at every few seconds: only what changed is news.
        let level: Logger.Level = if case .adopted = adoption { .debug } else { .info }
        logger.log(level: level, "The store's member runs", metadata: ["etcd": "\(adoption)"])
    }

    /// The founder's records, written when the store has none.
    private func writeFirstRecords() async throws {
        guard try await store.get(.cluster) == nil else { return }
        var transaction = try Gatekeeper.claims(of: identity.machine)
        transaction.conditions.append(.absent(identity.cluster))
        transaction.writes.append(try .put(identity.cluster))
        _ = try await store.commit(transaction)
    }

    /// Looks every 15 s whether what outlives the daemon is still there.
    private func keepRepaired() async {
        while !Task.isCancelled {
            try? await timekeeper.sleep(for: .seconds(15))
            await repair("The store's member") {
                if self.identity.machine.isStorageMember { try await self.startStoreMember() }
            }
            await repair("The network") { try await self.network.repair() }
            await serving.repair()
        }
    }

    private func repair(_ part: String, _ body: @Sendable () async throws -> Void) async {
        do {
            try await body()
        } catch is CancellationError {
            return
        } catch {
            logger.error(
                "A part of the machine cannot be repaired",
                metadata: ["part": "\(part)", "error": "\(error)"]
            )
        }
    }

    /// Runs `body` until it succeeds, or the task is cancelled.
    private func insist(_ failure: Logger.Message, _ body: @Sendable () async throws -> Void) async {
        while !Task.isCancelled {
            do {
                return try await body()
            } catch {
                logger.error(failure, metadata: ["error": "\(error)"])
                try? await timekeeper.sleep(for: .seconds(1))
            }
        }
    }

    /// Runs a server for as long as the task is not cancelled; one that ends is started again.
    private func serve(_ what: String, _ body: @Sendable () async throws -> Void) async {
        while !Task.isCancelled {
            do {
                try await body()
            } catch {
                logger.error("A server ended", metadata: ["server": "\(what)", "error": "\(error)"])
            }
            try? await timekeeper.sleep(for: .seconds(1))
        }
    }
}
