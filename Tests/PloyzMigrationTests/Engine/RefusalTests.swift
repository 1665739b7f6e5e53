import PloyzMigration
import PloyzModel
import PloyzTestSupport
import Testing

/// A refused migration has exit status 3, names every reason at once and touches nothing.
@Suite struct RefusalTests {
    static let volumes: [(String, ByteCount)] = [("data", .mebibytes(64))]

    private func refusal(
        _ cluster: SimulatedCluster,
        to target: Int = 2,
        change: @Sendable (inout MigrationRequest) -> Void = { _ in }
    ) async throws -> PloyzError {
        let before = try await cluster.store.list(.root).entries
        do {
            let (result, _) = try await cluster.migrate("shop/redis", to: target, change: change)
            Issue.record("was not refused but \(result.outcome)")
            return PloyzError(.failed, "not refused")
        } catch let error as PloyzError {
            #expect(try await cluster.store.list(.root).entries == before, "something was written")
            for machine in cluster.machines {
                #expect(try await machine.seams.journal.operations().isEmpty)
                #expect(
                    machine.volumes[try VolumeRef("shop/data")]?.snapshots.contains { $0.snapshot.name.isOurs } != true
                )
            }
            #expect(error.code.exitStatus == 3, "\(error)")
            return error
        }
    }

    private func refusal(
        machines: Int = 2,
        withoutStorage: Set<String> = [],
        space: ByteCount = .mebibytes(100_000),
        service: @escaping @Sendable (inout ServiceSpec) -> Void = { _ in },
        arrange: @escaping @Sendable (SimulatedCluster) async throws -> Void = { _ in }
    ) throws -> PloyzError {
        let cluster = try SimulatedCluster(machines: machines, withoutStorage: withoutStorage, space: space)
        return try cluster.run {
            try await cluster.join()
            try await cluster.deploy("shop/redis", volumes: Self.volumes, on: cluster[1], change: service)
            try await arrange(cluster)
            return try await refusal(cluster)
        }
    }

    @Test func aTargetThatDrainsIsRefused() throws {
        let error = try refusal(arrange: { cluster in
            var record = cluster[2].record
            record.lifecycle = .draining
            _ = try await cluster.store.commit(StoreTransaction(conditions: [], writes: [.put(record)]))
        })
        #expect(error.code == .targetDraining)
        #expect(error.message == "m2 is draining: it takes nothing new")
    }

    @Test func aTargetWithoutZFSIsRefused() throws {
        #expect(try refusal(withoutStorage: ["m2"]).code == .targetWithoutStorage)
    }

    @Test func aTargetWithoutSpaceIsRefusedWithBothNumbers() throws {
        let error = try refusal(space: .mebibytes(10))
        #expect(error.code == .notEnoughSpace)
        #expect(error.message == "the volumes need 64 MiB on m2, which has 10 MiB left")
    }

    @Test func aTargetThatDoesNotAnswerIsRefused() throws {
        #expect(try refusal(arrange: { $0.faults.cutOff(["m2"]) }).code == .targetUnreachable)
    }

    @Test func aForeignListenerOnAPublishedPortIsRefused() throws {
        let port = PublishedPort(port: 6379, target: 6379)
        let error = try refusal(
            service: { $0.publish = [port] },
            arrange: { $0[2].network.setForeignListeners([port]) }
        )
        #expect(error.code == .portTaken)
    }

    @Test func aDatasetOfThatNameThatIsNotOursIsRefusedAndKept() throws {
        let error = try refusal(arrange: { cluster in
            var foreign = InMemoryVolumes.Dataset()
            foreign.content = [VolumeWrite(number: 1, bytes: 1)]
            cluster[2].volumes[try VolumeRef("shop/data")] = foreign
        })
        #expect(error.code == .foreignDatasetOnTarget)
    }

    @Test func aForeignHolderOfTheVolumeIsNamed() throws {
        let error = try refusal(arrange: { cluster in
            cluster[1].volumes.setHolders(["backup (4711)"], of: try VolumeRef("shop/data"))
        })
        #expect(error.code == .foreignHolder)
        #expect(error.message.contains("backup (4711)"))
    }

    @Test func aBindMountIsRefused() throws {
        let error = try refusal(service: { spec in
            spec.template.mounts.append(Mount(source: .bind("/etc/redis"), target: "/etc/redis"))
        })
        #expect(error.code == .bindMount)
    }

    @Test func aGlobalServiceIsRefused() throws {
        #expect(try refusal(service: { $0.placement = .global }).code == .globalService)
    }

    @Test func allReasonsAreReportedTogether() throws {
        let error = try refusal(
            withoutStorage: ["m2"],
            service: { spec in
                spec.placement = .global
                spec.template.mounts.append(Mount(source: .bind("/etc/redis"), target: "/etc/redis"))
            },
            arrange: { $0[1].volumes.setHolders(["backup (4711)"], of: try VolumeRef("shop/data")) }
        )
        let codes = ([error] + error.others).map(\.code)
        #expect(codes == [.globalService, .bindMount, .foreignHolder, .targetWithoutStorage])
    }

    @Test func anUnknownServiceIsRefusedWithTheNearestName() throws {
        let cluster = try SimulatedCluster(machines: 2)
        try cluster.run {
            try await cluster.join()
            try await cluster.deploy("shop/redis", on: cluster[1])
            let request = MigrationRequest(
                service: try ServiceRef("shop/reddis"),
                target: cluster[2].id,
                requester: "test"
            )
            let error = await #expect(throws: PloyzError.self) {
                try await cluster.engine(on: cluster[1]).plan(request)
            }
            #expect(error?.code == .unknownService)
            #expect(error?.message == "there is no service 'shop/reddis'; did you mean 'shop/redis'?")
        }
    }

    @Test func oneOfSeveralInstancesMustBeNamed() throws {
        let cluster = try SimulatedCluster(machines: 3)
        try cluster.run {
            try await cluster.join()
            try await cluster.deploy("shop/redis", on: cluster[1])
            let second = try await cluster.deploy("shop/redis", on: cluster[2])
            let error = try await refusal(cluster, to: 3)
            #expect(error.code == .whichInstance)
            #expect(error.message == "shop/redis has several instances: 0 on m1, 1 on m2")
            let from = cluster[2].id
            let moved = try await cluster.migrate("shop/redis", to: 3) { $0.from = from }
            #expect(moved.result.outcome == .migrated)
            #expect(cluster[3].containers.isRunning(second))
        }
    }

    @Test func aMachineIsFoundByAnyOfItsNames() throws {
        let cluster = try SimulatedCluster(machines: 2)
        try cluster.run {
            try await cluster.join()
            let picture = try await ClusterPicture.read(from: cluster.store)
            let record = cluster[2].record
            for text in ["m2", record.id.text, "192.0.2.2", "192.0.2.2:51820", "10.101.2.1", "fd00::2"] {
                #expect(try picture.machine(named: text).id == record.id, "\(text)")
            }
            let error = #expect(throws: PloyzError.self) { try picture.machine(named: "n2") }
            #expect(error?.message == "there is no machine 'n2'; did you mean 'm2'?")
        }
    }
}
