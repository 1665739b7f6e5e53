import Foundation
import PloyzMigration
import PloyzModel
import Testing

@testable import PloyzOverlay

extension MachineTests {
    /// Round all machines, with clients in instances and on the machines themselves, each with connections under way all
    /// the time. The machines hear of each change in another order.
    @Test func anInstanceIsHandedOverAndNoConnectionIsLost() async throws {
        try await TestCluster.with { cluster in
            let address = try IPv4Address("10.101.1.5")
            let places: [(String, TestMachine, UInt64)] = [
                ("10.101.1.9", cluster.m1, 1), ("10.101.2.9", cluster.m2, 1), ("10.101.3.9", cluster.m3, 1),
            ]
            var clients: [TestSandbox] = []
            for (address, machine, _) in places { clients.append(try await cluster.sandbox(address, on: machine)) }
            let first = try await cluster.sandbox(address.description, on: cluster.m1)
            let route = RouteRecord(
                address: address,
                instance: first.instance,
                machine: cluster.m1.id,
                ports: [],
                generation: 1
            )
            try await cluster.apply(try cluster.picture(places, and: route))
            let server = try await TestServer(in: first.holder, address: address, letter: "1", delay: Self.request)
            let answers = try await withThrowingTaskGroup(of: [TestClient.Answer].self) { group in
                for holder in clients.map(\.holder) + cluster.machines.map(\.holder) {
                    group.addTask {
                        var all: [TestClient.Answer] = []
                        while !Task.isCancelled {
                            let some = Duration.milliseconds(100)
                            all += try await TestClient.run(in: holder, to: address, for: some, every: .milliseconds(5))
                        }
                        return all
                    }
                }
                var place = (sandbox: first, server: server, route: route)
                for (number, target) in [(2, cluster.m2), (3, cluster.m3), (1, cluster.m1)] {
                    place = try await handOver(place, number: number, to: target, places, clients, cluster)
                }
                group.cancelAll()
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for list in answers {
                print("client of a handover: \(list.summary)")
                #expect(list.failures == 0)
                #expect(Set(list.compactMap(\.letter)) == ["1", "2", "3"])
                // A packet that is lost is sent again after 1 s.
                #expect(list.slowest < Self.request + .seconds(1))
            }
            #expect(answers.count == 6)
        }
    }

    /// How long a request takes: several are under way at any time.
    private static let request = Duration.milliseconds(60)

    /// As the engine does it: the record in three phases, the link opened before the second.
    private func handOver(
        _ old: (sandbox: TestSandbox, server: TestServer, route: RouteRecord),
        number: Int,
        to target: TestMachine,
        _ places: [(String, TestMachine, UInt64)],
        _ clients: [TestSandbox],
        _ cluster: TestCluster
    ) async throws -> (sandbox: TestSandbox, server: TestServer, route: RouteRecord) {
        let source = try #require(cluster.machines.first { $0.id == old.route.machine })
        let third = try #require(cluster.machines.first { $0.id != source.id && $0.id != target.id })
        let address = old.sandbox.address
        let sandbox = try await cluster.sandbox(address.description, on: target, sealed: true)
        let letter = Character("\(number)")
        let server = try await TestServer(in: sandbox.holder, address: address, letter: letter, delay: Self.request)
        var route = old.route.handedOver(to: target.id)
        try await source.network.apply(try cluster.picture(places, and: route))
        try await target.network.openBeside(sandbox.instance, address: address)
        try await target.network.apply(try cluster.picture(places, and: route))

        route.handover?.phase = .open
        route.generation += 1
        for machine in [third, target, source] {
            try await machine.network.apply(try cluster.picture(places, and: route))
            try await Task.sleep(for: .milliseconds(30))
        }
        try await newPlaceSpeaks(sandbox, to: clients, cluster)
        // The old place answers until what was begun there has ended.
        try await Task.sleep(for: Self.request * 3)

        route.handover?.phase = .over
        route.generation += 1
        for machine in [third, source, target] {
            try await machine.network.apply(try cluster.picture(places, and: route))
            try await Task.sleep(for: .milliseconds(30))
        }
        try await source.network.detach(old.sandbox.instance)
        #expect(server.clients.allSatisfy { TestMachine.cluster.contains($0) }, "no alias is seen: \(server.clients)")
        #expect(server.clients.isSuperset(of: try places.map { try IPv4Address($0.0) }))
        return (sandbox, server, route)
    }

    /// While the old place has the address, the new one opens connections to every machine, under its own address.
    private func newPlaceSpeaks(
        _ sandbox: TestSandbox,
        to others: [TestSandbox],
        _ cluster: TestCluster
    ) async throws {
        let machines = cluster.machines.map { ($0.holder, $0.record.subnet.address(at: 1)) }
        for (holder, address) in others.map({ ($0.holder, $0.address) }) + machines {
            let port: UInt16 = 7100
            let server = try await TestServer(in: holder, address: address, port: port, letter: "s")
            let answers = try await TestClient.run(
                in: sandbox.holder,
                to: address,
                port: port,
                for: .milliseconds(500),
                every: .milliseconds(5)
            )
            #expect(answers.failures == 0, "to \(address)")
            #expect(server.clients == [sandbox.address])
        }
    }
}
