import PloyzMigration
import PloyzModel
import Testing

@testable import PloyzDaemon

/// Units are named by their services in `shop`; machines are numbers.
@Suite("The plan of a drain")
struct DrainPlannerTests {
    private static let gibibyte: UInt64 = 1 << 30

    private static func unit(
        _ services: String...,
        mebibytes: UInt64? = nil,
        copies: [Int] = [],
        refusal: PloyzError? = nil
    ) throws -> DrainUnit {
        let members = try services.map { text in
            let parts = text.split(separator: "/")
            return try InstanceRef("shop/\(parts[0])/\(parts.count > 1 ? String(parts[1]) : "0")")
        }
        let volume = VolumeRef(
            namespace: members[0].service.namespace,
            volume: try VolumeName("v-\(members[0].service.service)")
        )
        return DrainUnit(
            members: members,
            volumes: mebibytes.map { [volume: .mebibytes($0)] } ?? [:],
            copies: Dictionary(uniqueKeysWithValues: try copies.map { (try DeployCluster.id($0), [volume]) }),
            refusal: refusal
        )
    }

    private static func target(
        _ number: Int,
        gibibytes: UInt64 = 100,
        zfs: Bool = true,
        _ instances: [String: Int] = [:]
    ) throws -> DrainTarget {
        DrainTarget(
            place: MachinePlace(id: try DeployCluster.id(number), name: try MachineName("m\(number)")),
            hasStorage: zfs,
            free: ByteCount(gibibytes * gibibyte),
            instances: Dictionary(
                uniqueKeysWithValues: try instances.map { (try ServiceRef("shop/\($0.key)"), $0.value) }
            )
        )
    }

    private static func lines(_ units: [DrainUnit], _ targets: [DrainTarget], others: [String] = []) -> [String] {
        DrainPlanner.plan(units, targets: targets, others: others).map { choice in
            "\(choice.unit.instance) " + (choice.target.map { "-> \($0)" } ?? "stays: \(choice.refusal?.message ?? "")")
        }
    }

    @Test("First what has no volumes, by name; then the largest; last what cannot move")
    func order() throws {
        let units = [
            try Self.unit("small", mebibytes: 10), try Self.unit("web"), try Self.unit("large", mebibytes: 500),
            try Self.unit("api"),
            try Self.unit("bound", refusal: PloyzError(.bindMount, "it binds")),
        ]
        let plan = DrainPlanner.plan(units, targets: [try Self.target(2)]).map { "\($0.unit.instance.service.service)" }
        #expect(plan == ["api", "web", "large", "small", "bound"])
    }

    @Test("Replicas go where none of their service is, and beside one another only when there is no other place")
    func spread() throws {
        let replicas = [try Self.unit("web/0"), try Self.unit("web/1"), try Self.unit("web/2")]
        let targets = [try Self.target(2, ["api": 9]), try Self.target(3)]
        #expect(
            Self.lines(replicas, targets) == ["shop/web/0 -> m3", "shop/web/1 -> m2", "shop/web/2 -> m3"]
        )
        let occupied = [try Self.target(2, ["web": 1]), try Self.target(3, ["api": 40])]
        #expect(Self.lines([try Self.unit("web/0")], occupied) == ["shop/web/0 -> m3"])
    }

    @Test("Of machines that are equal otherwise, the one with the fewest instances; each choice counts for the next")
    func load() throws {
        let units = try ["a", "b", "c", "d"].map { try Self.unit($0) }
        let targets = [try Self.target(2, ["x": 1]), try Self.target(3)]
        #expect(Self.lines(units, targets) == ["shop/a/0 -> m3", "shop/b/0 -> m2", "shop/c/0 -> m3", "shop/d/0 -> m2"])
    }

    @Test("Half the space is worse, a little less is not")
    func space() throws {
        let unit = try Self.unit("db", mebibytes: 100)
        #expect(
            Self.lines([unit], [try Self.target(2, gibibytes: 10), try Self.target(3, gibibytes: 100, ["x": 5])])
                == ["shop/db/0 -> m3"]
        )
        #expect(
            Self.lines([unit], [try Self.target(2, gibibytes: 99), try Self.target(3, gibibytes: 100, ["x": 5])])
                == ["shop/db/0 -> m2"]
        )
    }

    @Test("What is promised is gone: the second large one finds another machine, the third none, and the rest goes on")
    func room() throws {
        let units = try ["a", "b", "c"].map { try Self.unit($0, mebibytes: 700) } + [try Self.unit("d", mebibytes: 50)]
        let targets = [try Self.target(2, gibibytes: 1), try Self.target(3, gibibytes: 1)]
        let plan = Self.lines(units, targets, others: ["m4 is draining"])
        #expect(plan[0] == "shop/a/0 -> m2")
        #expect(plan[1] == "shop/b/0 -> m3")
        #expect(plan[2] == "shop/d/0 -> m2")
        #expect(
            plan[3]
                == "shop/c/0 stays: no machine can take shop/c/0: m2 has room for 237 MiB, with what is on its way there, "
                + "and 788 MiB are needed; m3 has room for 237 MiB, with what is on its way there, and 788 MiB are needed; "
                + "m4 is draining"
        )
    }

    @Test("A machine that keeps copies of all its volumes is preferred, and needs no room for them")
    func copies() throws {
        let unit = try Self.unit("db", mebibytes: 5000, copies: [3])
        let targets = [try Self.target(2), try Self.target(3, gibibytes: 1, ["x": 5])]
        #expect(Self.lines([unit], targets) == ["shop/db/0 -> m3"])
        #expect(unit.claim(on: try DeployCluster.id(3)) == .zero)
        #expect(unit.claim(on: try DeployCluster.id(2)) == .mebibytes(5625))
    }

    @Test("Volumes go to machines with ZFS, and a machine that refused is not asked again")
    func exclusion() throws {
        var unit = try Self.unit("db", mebibytes: 1)
        let targets = [try Self.target(2, zfs: false), try Self.target(3), try Self.target(4, ["x": 3])]
        #expect(Self.lines([unit], targets) == ["shop/db/0 -> m3"])
        unit.excluded[try DeployCluster.id(3)] = PloyzError(.portTaken, "port 80 is taken")
        #expect(Self.lines([unit], targets) == ["shop/db/0 -> m4"])
        unit.excluded[try DeployCluster.id(4)] = PloyzError(.portTaken, "port 80 is taken there too")
        #expect(
            Self.lines([unit], targets) == [
                "shop/db/0 stays: no machine can take shop/db/0: m2 has no ZFS; m3: port 80 is taken; "
                    + "m4: port 80 is taken there too"
            ]
        )
    }

    @Test("The same facts give the same plan, in whatever order they come")
    func deterministic() throws {
        let units = try (0..<12).map { try Self.unit("s\($0)", mebibytes: $0 % 3 == 0 ? nil : UInt64($0 * 7)) }
        let targets = try (2...5).map { try Self.target($0, gibibytes: UInt64($0)) }
        let plan = Self.lines(units, targets)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20 {
            #expect(Self.lines(units.shuffled(using: &generator), targets.shuffled(using: &generator)) == plan)
        }
    }

    @Test("Services that share a volume are one unit, a global service and a bind mount are refused as units")
    func units() throws {
        var cluster = try DeployCluster(machines: 1)
        try cluster.deploy(
            service("reader", mounts: ["pages"]) + service("writer", mounts: ["pages"]) + service("web")
                + service("agent", "placement = \"global\"")
                + volume("pages", "scope = \"shared\"")
        )
        let units = DrainUnit.all(
            on: try DeployCluster.id(1),
            in: try cluster.picture.cluster,
            sizes: [try VolumeRef("shop/pages"): .mebibytes(8)]
        )
        #expect(
            units.map { $0.members.map(\.description) } == [
                ["shop/agent/0"], ["shop/reader/0", "shop/writer/0"], ["shop/web/0"],
            ]
        )
        #expect(units.map(\.size) == [.zero, .mebibytes(8), .zero])
        #expect(units.map { $0.refusal?.code } == [.globalService, nil, nil])
    }
}
