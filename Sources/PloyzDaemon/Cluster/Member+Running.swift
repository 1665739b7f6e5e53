import CPloyzSystem
import Logging
import PloyzAPI
import PloyzContainers
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
        for problem in await network.problems {
            logger.warning("The network is not all that it should be", metadata: ["problem": "\(problem)"])
        }
        if await storage.memory.isFounding {
            // One that ends again meanwhile is started anew.
            await insist("The store's member does not answer") {
                try await self.storage.keepRunning()
                try await self.writeFirstRecords()
            }
        } else {
            await repair("The store's member") { try await self.storage.keepRunning() }
        }
        await withDiscardingTaskGroup { group in
            group.addTask { await self.mirror.run(timekeeper: self.timekeeper) }
            group.addTask { await self.store.followMembers() }
            group.addTask { await self.machinesKnown.follow(self.mirror) }
            group.addTask { await self.followStorage() }
            group.addTask { await self.routing.follow(self.mirror) }
            group.addTask { await self.serving.follow(self.mirror) }
            group.addTask { await self.serve("The API for other machines") { try await self.servePeers() } }
            group.addTask { await self.serve("The volume stream") { try await self.streams.listen() } }
            group.addTask {
                await self.serveJoinsWhenSigning { await self.serve("The join API") { try await self.serveJoins() } }
            }
            group.addTask { await self.keepRepaired() }
            followTrust(&group)
            group.addTask {
                // Claims of operations that were under way are made from the journal before anything is started.
                await self.insist("Migrations cannot be taken up again") { try await self.migrations.prepare() }
                await withDiscardingTaskGroup { group in
                    group.addTask { await self.migrations.run() }
                    group.addTask { await self.drainDriver.run() }
                    group.addTask { await self.controller.run() }
                    group.addTask { await self.quotas.follow(self.mirror) }
                }
            }
        }
        await closeConnections()
    }

    /// An `HTTPClient` must be closed before it goes. Calls that are still under way end with an error, as the daemon does.
    private func closeConnections() async {
        try? await peers.shutDown()
        try? await store.shutDown()
        try? await engine.shutdown()
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

    private var machinesKnown: IdentityKeeper {
        IdentityKeeper(identity: identity, state: state, store: store, port: configuration.storePort, logger: logger)
    }

    /// The founder's records, written when the store has none.
    private func writeFirstRecords() async throws {
        if try await store.get(.cluster) == nil {
            var transaction = try Gatekeeper.claims(of: identity.machine)
            transaction.conditions.append(.absent(identity.cluster))
            transaction.writes.append(try .put(identity.cluster))
            _ = try await store.commit(transaction)
        }
        try await storage.founded()
    }

    /// Looks every 15 s whether what outlives the daemon is still there.
    private func keepRepaired() async {
        while !Task.isCancelled {
            try? await timekeeper.sleep(for: .seconds(15))
            await repair("The store's member") { try await self.repairStorage() }
            await repair("The network") { try await self.network.repair() }
            await serving.repair()
            ployz_return_memory()
        }
    }

    func repair(_ part: String, _ body: @Sendable () async throws -> Void) async {
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
