import PloyzMigration
import PloyzModel
import Testing

@testable import PloyzDaemon

@Suite("Placing what is new")
struct PlacementTests {
    private static let shared = volume("data", "scope = \"shared\"")

    @Test("instances spread over machines, then by load, then by name")
    func spreads() throws {
        var cluster = try DeployCluster(machines: 5)
        try cluster.deploy("namespace = \"other\"\n" + service("a"))
        try cluster.deploy(service("web", "placement.replicated.count = 6"))
        let machines = try cluster.picture.instances(of: ServiceRef("shop/web")).map { instance in
            try cluster.picture.cluster.name(of: instance.machine)
        }
        #expect(machines == ["m2", "m3", "m4", "m5", "m1", "m2"])
    }

    @Test("volumes of one manifest that have nothing to do with each other spread too")
    func spreadsVolumes() throws {
        let cluster = try DeployCluster()
        let outcome = try cluster.outcome(
            service("a", mounts: ["va"]) + service("b", mounts: ["vb"]) + volume("va") + volume("vb") + volume("unused")
        )
        #expect(
            outcome.prefix(3) == [
                "+ create volume shop/va on m1", "+ create volume shop/vb on m2", "+ create volume shop/unused on m3",
            ]
        )
    }

    @Test(
        "draining and standby machines, and machines without ZFS, take no volume",
        arguments: [MachineRecord.Lifecycle.draining, .standby]
    )
    func skipsMachines(lifecycle: MachineRecord.Lifecycle) throws {
        var cluster = try DeployCluster(machines: 1)
        try cluster.add(machine: 1, lifecycle)
        try cluster.add(machine: 2, zfs: false)
        let text = service("redis", mounts: ["data"]) + volume("data")
        #expect(
            try cluster.outcome(text) == [
                "no-place: no machine can take shop/redis: m1 is \(lifecycle), m2 has no ZFS"
            ]
        )
        #expect(try cluster.outcome(service("web")).last == "+ create instance shop/web/0 on m2 (10.101.2.2)")
        try cluster.add(machine: 3)
        #expect(try cluster.outcome(text).first == "+ create volume shop/data on m3")
    }

    @Test("services that share a volume are placed together, also with volumes in a chain")
    func colocates() throws {
        var cluster = try DeployCluster()
        try cluster.deploy("namespace = \"other\"\n" + service("a"))
        let text =
            service("a", mounts: ["x"]) + service("b", mounts: ["x", "y"]) + service("c", mounts: ["y"])
            + volume("x", "scope = \"shared\"") + volume("y", "scope = \"shared\"")
        try cluster.deploy(text)
        #expect(Set(try cluster.picture.cluster.volumes.map(\.owner)) == [try DeployCluster.id(2)])
        let machines = try cluster.picture.cluster.instances.filter { $0.ref.service.namespace.text == "shop" }
        #expect(Set(machines.map(\.machine)) == [try DeployCluster.id(2)])
    }

    @Test("a service that mounts an existing volume goes to the volume's owner")
    func pinsToOwner() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(service("redis", mounts: ["data"]) + Self.shared)
        #expect(
            try cluster.outcome(service("reader", mounts: ["data"])) == [
                "+ create service shop/reader", "+ create instance shop/reader/0 on m1 (10.101.1.3)",
            ]
        )
        try cluster.add(machine: 1, .draining)
        #expect(
            try cluster.outcome(service("reader", mounts: ["data"])) == [
                "no-place: shop/reader must be on m1, where shop/data is, but m1 is draining"
            ]
        )
    }

    @Test("a draining machine keeps what it has and takes changes of it")
    func changesOnDraining() throws {
        var cluster = try DeployCluster(machines: 2)
        try cluster.deploy(service("redis", mounts: ["data"]) + volume("data"))
        try cluster.add(machine: 1, .draining)
        #expect(
            try cluster.outcome(service("redis", mounts: ["data"], "template.env.A = \"1\"")) == [
                "~ change service shop/redis (env)", "~ restart instance shop/redis/0 on m1",
            ]
        )
    }

    @Test("a running service cannot mount a volume of another machine")
    func refusesApart() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(service("redis", mounts: ["data"]) + Self.shared)
        try cluster.deploy(service("web"))
        #expect(
            try cluster.outcome(service("web", mounts: ["data"])) == [
                "placed-apart: what shares a volume must be on one machine, but there is "
                    + "shop/data and shop/redis/0 on m1, shop/web/0 on m2"
            ]
        )
    }

    @Test("a new volume of a running service is made where the service is")
    func followsService() throws {
        var cluster = try DeployCluster()
        try cluster.deploy("namespace = \"other\"\n" + service("a"))
        try cluster.deploy(service("web"))
        #expect(
            try cluster.outcome(service("web", mounts: ["data"]) + volume("data")) == [
                "+ create volume shop/data on m2", "~ change service shop/web (mounts)",
                "~ restart instance shop/web/0 on m2",
            ]
        )
    }

    @Test("a volume of scope single has one service, also when the other is not in the manifest")
    func refusesSecondUser() throws {
        var cluster = try DeployCluster()
        try cluster.deploy(service("redis", mounts: ["data"]) + volume("data"))
        #expect(
            try cluster.outcome(service("reader", mounts: ["data"])) == [
                "volume-taken: shop/data has the scope single and is mounted by shop/redis already"
            ]
        )
    }

    @Test("an address is not given out again while its instance lives, wherever that is")
    func keepsAddresses() throws {
        var cluster = try DeployCluster(machines: 2)
        try cluster.deploy(service("a"))
        var moved = try #require(try cluster.picture.cluster.instances.first)
        moved.machine = try DeployCluster.id(2)
        try cluster.put(moved)
        #expect(try cluster.outcome(service("b")).last == "+ create instance shop/b/0 on m1 (10.101.1.3)")
    }

    @Test("a subnet without a free address is refused; network, machine and broadcast addresses are never given out")
    func fillsSubnet() throws {
        var cluster = try DeployCluster(machines: 1)
        try cluster.add(machine: 1, subnet: "10.101.1.0/29")
        let five = service("web", "placement.replicated.count = 5")
        try cluster.deploy(five)
        let addresses = try cluster.picture.routes.map { $0.address.octets[3] }.sorted()
        #expect(addresses == [2, 3, 4, 5, 6])
        #expect(try cluster.outcome(service("b")) == ["subnet-full: m1 has no free address in 10.101.1.0/29"])
    }
}
