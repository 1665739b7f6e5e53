import PloyzMigration
import PloyzModel

/// What is moved in a schedule, from `m1` to `m2`, and what the operator does.
package struct Scenario: Sendable {
    package let name: String
    /// The volumes of `shop/redis` and their sizes in MiB.
    let volumes: [(name: String, size: UInt64)]
    /// A second service that shares the first volume.
    var hasPartner = false
    /// The service came from `m2` before: a copy and the image are there.
    var isWayBack = false
    var maxDowntime: Span?
    /// The phase in which the operator cancels.
    var cancels: MigrationPhase?
    /// Somebody changes the volume's record during the cutover.
    var isEdited = false
    /// Something writes to the volume behind the fence, once.
    var isLeaky = false
    /// A second operator gives the same command at the same time.
    var isTwice = false

    package static let all: [Scenario] = [
        Scenario(name: "two-volumes", volumes: [("data", 32), ("log", 1)]),
        Scenario(name: "way-back", volumes: [("data", 8)], isWayBack: true),
        Scenario(name: "stateless", volumes: []),
        Scenario(name: "shared-volume", volumes: [("uploads", 4)], hasPartner: true, isWayBack: true),
        Scenario(name: "max-downtime", volumes: [("data", 4)], maxDowntime: Span(milliseconds: 2000)),
        Scenario(name: "cancel-in-pre-copy", volumes: [("data", 32)], cancels: .preCopy),
        Scenario(name: "cancel-in-cutover", volumes: [("data", 4)], isWayBack: true, cancels: .cutover),
        Scenario(name: "edited", volumes: [("data", 4)], isWayBack: true, isEdited: true),
        Scenario(name: "leaky-fence", volumes: [("data", 4)], isWayBack: true, isLeaky: true),
        Scenario(name: "twice", volumes: [("data", 4)], isWayBack: true, isTwice: true),
    ]

    package static func named(_ name: String) -> Scenario? { all.first { $0.name == name } }

    var service: ServiceRef { get throws { try ServiceRef("shop/redis") } }

    /// Deploys what the scenario moves, and what must not be touched.
    func arrange(_ cluster: SimulatedCluster) async throws -> Stage {
        try await cluster.join()
        let first = isWayBack ? cluster[2] : cluster[1]
        let sizes = volumes.map { ($0.name, ByteCount.mebibytes($0.size)) }
        let instance = try await cluster.deploy("shop/redis", volumes: sizes, on: first)
        if hasPartner { try await cluster.deploy("shop/worker", volumes: sizes, on: first) }
        let refs = try volumes.map { try VolumeRef("shop/\($0.name)") }
        if isWayBack {
            // Two snapshots of one name that have nothing else in common.
            for ref in refs { try cluster[2].volumes.addForeignSnapshot("daily", of: ref) }
            cluster.writeOnce(to: instance)
            _ = try await cluster.migrate("shop/redis", to: 1)
            try await cluster.settleDown()
            for ref in refs { try cluster[1].volumes.addForeignSnapshot("daily", of: ref) }
        }
        let stage = Stage(
            instance: instance,
            volumes: refs,
            target: cluster[2].id,
            bystander: try await cluster.deploy("shop/bystander", volumes: [("kept", .mebibytes(1))], on: cluster[2])
        )
        try stage.plant(in: cluster)
        return stage
    }
}
