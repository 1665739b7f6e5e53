import Foundation
import PloyzMigration
import PloyzModel
import Testing

@testable import PloyzOverlay

extension MachineTests {
    /// Clients on all three machines begin 500 connections a second each while the instance stands still for 300 ms:
    /// on its way from m1 to m2, then for an attempt that fails and goes back to m2.
    @Test func newConnectionsWaitForWhateverComesOfIt() async throws {
        try await TestCluster.with { cluster in
            let address = "10.101.1.5"
            let source = try await cluster.sandbox(address, on: cluster.m1)
            let target = try await cluster.sandbox(address, on: cluster.m2, sealed: true)
            var clients: [TestSandbox] = []
            var places: [(String, TestMachine, UInt64)] = []
            for machine in cluster.machines {
                let own = "10.101.\(machine.number).9"
                clients.append(try await cluster.sandbox(own, on: machine))
                places.append((own, machine, 1))
            }
            var record = RouteRecord(
                address: source.address,
                instance: source.instance,
                machine: cluster.m1.id,
                ports: [],
                generation: 1
            )
            try await cluster.apply(try cluster.picture(places, and: record))
            var old: TestServer? = try await TestServer(in: source.holder, address: source.address, letter: "1")
            for client in clients {
                #expect(try await client.pings(address))
                // Peers have sessions, as those of a cluster do: WireGuard keeps 128 packets at most until it has one.
                #expect(try await client.pings("10.101.2.1"))
            }

            var new: TestServer?
            let moved = try await answers(of: clients, to: source.address) {
                record = record.parked(for: try OperationID("op-0000000000000001"))
                for machine in cluster.machines { try await machine.network.apply([record.address: record]) }
                try await Task.sleep(for: .milliseconds(30))
                try await cluster.m1.network.holdArrivals(source.instance, address: source.address)
                // Whoever still reached it would be refused from here on.
                old = nil
            } then: {
                new = try await TestServer(in: target.holder, address: target.address, letter: "2")
                record = record.released
                record.machine = cluster.m2.id
                // The others hear of it first: the target holds what they send until it opens.
                for machine in [cluster.m3, cluster.m1] { try await machine.network.apply([record.address: record]) }
                try await cluster.m2.network.unseal(target.instance, address: target.address)
                try await cluster.m2.network.apply([record.address: record])
            }
            #expect(old === nil)
            check(moved, letters: ["1", "2"])

            let stayed = try await answers(of: clients, to: source.address) {
                record = record.parked(for: try OperationID("op-0000000000000002"))
                for machine in cluster.machines { try await machine.network.apply([record.address: record]) }
                try await Task.sleep(for: .milliseconds(30))
                try await cluster.m2.network.holdArrivals(target.instance, address: target.address)
            } then: {
                try await cluster.m2.network.unseal(target.instance, address: target.address)
                record = record.released
                for machine in cluster.machines { try await machine.network.apply([record.address: record]) }
            }
            check(stayed, letters: ["2"])
            #expect(new !== nil)
            for machine in cluster.machines {
                let counters = try await machine.runner.require(Invocation("nstat", ["-asz", "UdpRcvbufErrors"]))
                let lost = counters.split(separator: "\n").last?.split(separator: " ").dropFirst().first
                #expect(lost == "0", "nothing is lost before wireguard-go has read it")
            }
        }
    }

    private func check(_ lists: [[TestClient.Answer]], letters: Set<Character>) {
        for (index, list) in lists.enumerated() {
            print("client on m\(index + 1): \(list.summary)")
            #expect(list.failures == 0)
            #expect(Set(list.compactMap(\.letter)) == letters)
            #expect(list.slowest > .milliseconds(250))
            // 300 ms, and what a busy host adds; a retransmission would be a second.
            let slow = list.filter { $0.begun.duration(to: $0.ended) > .milliseconds(800) }
            #expect(slow.count <= list.count / 10)
        }
    }

    private func answers(
        of clients: [TestSandbox],
        to address: IPv4Address,
        _ park: () async throws -> Void,
        then release: () async throws -> Void
    ) async throws -> [[TestClient.Answer]] {
        let tasks = clients.map { client in
            Task {
                try await TestClient.run(
                    in: client.holder,
                    to: address,
                    for: .milliseconds(1200),
                    every: .milliseconds(2)
                )
            }
        }
        try await Task.sleep(for: .milliseconds(300))
        try await park()
        try await Task.sleep(for: .milliseconds(300))
        try await release()
        var lists: [[TestClient.Answer]] = []
        for task in tasks { lists.append(try await task.value) }
        return lists
    }
}
