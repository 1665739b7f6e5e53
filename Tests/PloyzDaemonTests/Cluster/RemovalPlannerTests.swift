import Foundation
import PloyzAPI
import PloyzAPITestSupport
import PloyzMigration
import PloyzModel
import Testing

@testable import PloyzDaemon

/// What removing a machine takes, from records alone. m1 has the store's member; m2 and m3 are like any other.
struct RemovalPlannerTests {
    let date = Date(timeIntervalSince1970: 1_800_000_000)

    @Test func anEmptyMachineGoesWithItsNameItsSubnetAndItsCertificates() throws {
        var cluster = try DeployCluster()
        let id = try DeployCluster.id(3)
        let certificate = IssuedCertificates.Certificate(serial: "017f", issued: date, expires: date + 60)
        try cluster.put(IssuedCertificates(machine: id, certificates: [certificate]))
        let plan = try cluster.removal(of: 3, at: date)
        #expect(plan.obstacles.isEmpty)
        let transaction = try #require(plan.transactions.first)
        #expect(plan.transactions.count == 1)
        #expect(
            Set(transaction.conditions.map(\.key)) == [
                .machine(id), .machineName(plan.machine.name), .certificates(of: id),
            ]
        )
        #expect(
            Set(transaction.writes.map(\.key)) == [
                .machine(id), .machineName(plan.machine.name), .subnet(plan.machine.subnet), .certificates(of: id),
                .drain(id), .revoked(id),
            ]
        )
        let after = try cluster.applying(plan)
        let removed = try #require(try after.record(RemovedMachine.self, at: .revoked(id)))
        #expect(removed == RemovedMachine(id: id, name: try MachineName("m3"), serials: ["017f"], removedAt: date))
        #expect(try after.picture.cluster.machine(id) == nil)
    }

    @Test func everythingThatLivesThereIsNamedWithTheCommandThatMovesIt() throws {
        var cluster = try DeployCluster(machines: 2)
        try cluster.add(machine: 2)
        try cluster.deploy(on: 2, volume("data") + service("db", mounts: ["data"]) + service("web"))
        let lines = try cluster.removal(of: 2, at: date).obstacles.map { "\($0.message) | \($0.next ?? "")" }
        #expect(
            lines == [
                "shop/db/0 is on m2, with shop/data | ployzctl migrate apply shop/db --to MACHINE",
                "shop/web/0 is on m2 | ployzctl migrate apply shop/web --to MACHINE",
            ]
        )
        let member = try cluster.removal(of: 1, at: date).obstacles
        #expect(member.map(\.code) == [.machineInUse])
        #expect(member.first?.next == "ployzctl machine storage demote m1")
    }

    @Test func aServiceOfEveryMachineIsNotInTheWay() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(service("agent", "placement = \"global\""))
        let plan = try cluster.removal(of: 3, at: date)
        #expect(plan.obstacles.isEmpty)
        #expect(plan.removedInstances.count == 1)
        let after = try cluster.applying(plan)
        #expect(try after.picture.instances(of: ServiceRef("shop/agent")).count == 2)
        #expect(try after.picture.routes.count == 2)
        // And the manifest changes nothing more.
        #expect(try after.outcome(service("agent", "placement = \"global\"")).allSatisfy { $0.contains("unchanged") })
    }

    @Test func aPreviousCopyIsForgottenAndNeverAReason() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(on: 2, volume("data") + service("db", mounts: ["data"]))
        try cluster.addCopy(of: "shop/data", on: 3)
        let plan = try cluster.removal(of: 3, at: date)
        #expect(plan.obstacles.isEmpty)
        #expect(plan.forgottenCopies == [try VolumeRef("shop/data")])
        #expect(try cluster.applying(plan).picture.cluster.volumes.first?.previousCopies == [])
        try cluster.lock("shop/db", "op-00000000000000aa")
        #expect(try cluster.removal(of: 3, at: date).obstacles.map(\.code) == [.machineInUse])
    }

    @Test func whatAForcedRemovalLosesIsToldAndLeavesTheRecords() throws {
        var cluster = try DeployCluster()
        let manifest =
            volume("data") + service("db", mounts: ["data"]) + service("web", "placement.replicated.count = 3")
        try cluster.deploy(on: 3, manifest)
        try cluster.change(VolumeRecord.self, at: .volume(VolumeRef("shop/data"))) { $0.isCreated = true }
        try cluster.addCopy(of: "shop/data", on: 2)
        let plan = try cluster.removal(of: 3, forced: true, at: date)
        #expect(plan.obstacles.isEmpty)
        let lost = try #require(plan.lostVolumes.first)
        #expect(plan.lostVolumes.count == 1)
        #expect(lost.volume.description == "shop/data")
        #expect(lost.services.map(\.description) == ["shop/db"])
        #expect(lost.lastCopy?.machine.name.text == "m2")
        #expect(lost.lastCopy?.date == nil)
        #expect(throws: PloyzError.self) { try MachineRemover.checkLosses(of: plan, accepted: []) }
        let data = try VolumeRef("shop/data")
        try MachineRemover.checkLosses(of: plan, accepted: [data])
        #expect(throws: PloyzError.self) {
            try MachineRemover.checkLosses(of: plan, accepted: [data, VolumeRef("shop/other")])
        }
        let after = try cluster.applying(plan)
        #expect(try after.picture.cluster.volumes.isEmpty)
        #expect(try after.picture.instances(of: ServiceRef("shop/db")).isEmpty)
        #expect(try after.picture.service(ServiceRef("shop/db")) != nil)
        // The same manifest places anew what is missing, on machines that are left.
        let places = try after.plan(manifest).instances.map(\.machine)
        #expect(!places.isEmpty)
        #expect(!places.contains(try DeployCluster.id(3)))
    }

    @Test(
        "A migration that a dead machine drove ends as far as it came",
        arguments: [
            (Decision.running, Decision.aborted, MigrationOutcome.failed), (.committed, .committed, .migrated),
        ]
    )
    func drivenMigrations(decision: Decision, after: Decision, outcome: MigrationOutcome) throws {
        // From m1, which drives it, to m2.
        let (cluster, id) = try migrating(decision)
        #expect(
            try cluster.removal(of: 1, at: date).obstacles.map(\.message).contains {
                $0.contains("\(id) moves shop/redis from m1 to m2")
            }
        )
        let plan = try cluster.removal(of: 1, forced: true, at: date)
        #expect(plan.endedMigrations == [id])
        let left = try cluster.applying(plan)
        let ended = try #require(try left.record(OperationRecord.self, at: .operation(id)))
        #expect(ended.outcome == outcome)
        #expect(ended.finishedAt == date)
        #expect((ended.error == nil) == (outcome == .migrated))
        #expect(left.entries.first { $0.key == .decision(id) }?.value == after.value)
        #expect(try left.picture.locks.isEmpty)
    }

    @Test func aMigrationThatAnotherMachineDrivesIsItsOwnToEnd() throws {
        let (cluster, id) = try migrating(.running)
        #expect(try cluster.removal(of: 2, at: date).obstacles.count == 1)
        let plan = try cluster.removal(of: 2, forced: true, at: date)
        #expect(plan.endedMigrations == [id])
        let left = try cluster.applying(plan)
        #expect(try left.record(OperationRecord.self, at: .operation(id))?.outcome == nil)
        #expect(try left.picture.locks.count == 1)
    }

    private func migrating(_ decision: Decision) throws -> (DeployCluster, OperationID) {
        var cluster = try DeployCluster()
        let sample = Samples.migrated
        let record = OperationRecord(
            id: sample.id,
            coordinator: sample.from.id,
            request: sample.request,
            attempt: 1,
            plan: sample.plan,
            startedAt: date - 60
        )
        cluster.entries.append(StoreEntry(key: .operation(record.id), value: try JSON.encode(record)))
        cluster.entries.append(StoreEntry(key: .decision(record.id), value: decision.value))
        for service in record.services { try cluster.lock(service.description, record.id.text) }
        return (cluster, record.id)
    }

    @Test func aMachineWithManyInstancesTakesSeveralTransactionsTheLastOfWhichRemovesIt() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(on: 3, service("web", "placement.replicated.count = 60"))
        let plan = try cluster.removal(of: 3, forced: true, at: date)
        #expect(plan.transactions.count > 1)
        for transaction in plan.transactions { try transaction.checkBounds() }
        let id = try DeployCluster.id(3)
        #expect(plan.transactions.dropLast().allSatisfy { !$0.writes.map(\.key).contains(.machine(id)) })
        #expect(plan.transactions.allSatisfy { $0.conditions.map(\.key).contains(.machine(id)) })
        #expect(try cluster.applying(plan).picture.cluster.instances.isEmpty)
    }
}

extension DeployCluster {
    func removal(of machine: Int, forced: Bool = false, at date: Date) throws -> RemovalPlan {
        let picture = try picture
        let record = try #require(picture.cluster.machine(try Self.id(machine)))
        let listing = StoreListing(entries: entries.sorted { $0.key < $1.key }, revision: 1)
        return try RemovalPlanner.plan(record, in: listing, isForced: forced, at: date)
    }

    /// The cluster after the plan's transactions, each of whose conditions must hold.
    func applying(_ plan: RemovalPlan) throws -> DeployCluster {
        var after = self
        for transaction in plan.transactions { after.apply(transaction) }
        return after
    }

    func record<Record: Decodable>(_ type: Record.Type, at key: StoreKey) throws -> Record? {
        try entries.first { $0.key == key }.map { try $0.record(type) }
    }

    mutating func change<Record: StoreRecord>(
        _ type: Record.Type,
        at key: StoreKey,
        _ body: (inout Record) -> Void
    ) throws {
        var record = try #require(try record(type, at: key))
        body(&record)
        try put(record)
    }

    /// A deployment when only one machine takes anything.
    mutating func deploy(on machine: Int, _ text: String) throws {
        let machines = try picture.cluster.machines
        for record in machines where record.id != (try Self.id(machine)) {
            try change(MachineRecord.self, at: record.storeKey) { $0.lifecycle = .draining }
        }
        try deploy(text)
        for record in machines { try put(record) }
    }

    mutating func addCopy(of volume: String, on machine: Int) throws {
        let copy = PreviousCopy(
            machine: try Self.id(machine),
            snapshot: try SnapshotName("ployz-00000000000000bb-1-last"),
            guid: 7,
            epoch: .first
        )
        try change(VolumeRecord.self, at: .volume(VolumeRef(volume))) { $0.previousCopies.append(copy) }
    }
}
