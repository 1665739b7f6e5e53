import Foundation
import PloyzMigration
import PloyzModel
import PloyzStore
import Testing

@testable import PloyzDaemon

/// What a machine remembers of the others follows the store, and no store that cannot be believed.
@Suite struct MachineIdentityTests {
    private let machines: [MachineRecord]
    private let cluster: ClusterRecord

    init() throws {
        cluster = ClusterRecord(
            id: .sample(1),
            name: try ClusterName("north"),
            network: try IPv4Network("10.101.0.0/16"),
            createdAt: Date(timeIntervalSince1970: 0)
        )
        machines = try DeployCluster(machines: 3).machines
    }

    private var identity: MachineIdentity {
        MachineIdentity(cluster: cluster, machine: machines[1], machines: Array(machines[...1]))
    }

    private func promoting(_ index: Int) -> [MachineRecord] {
        var machines = machines
        machines[index].isStorageMember = true
        return machines
    }

    @Test func newMembersAndMachinesAreTakenIn() throws {
        let new = try #require(identity.updated(cluster: cluster, machines: promoting(2)))
        #expect(new.machines.count == 3)
        #expect(new.endpoints(port: 2379).map(\.host) == ["fd00::1", "fd00::3"])
    }

    @Test func theOwnMemberIsAskedFirst() throws {
        let new = try #require(identity.updated(cluster: cluster, machines: promoting(1)))
        #expect(new.machine.isStorageMember)
        #expect(new.endpoints(port: 1).map(\.host) == ["fd00::2", "fd00::1"])
    }

    @Test func aStoreThatCannotBeBelievedChangesNothing() {
        var other = cluster
        other = ClusterRecord(id: .sample(2), name: other.name, network: other.network, createdAt: other.createdAt)
        #expect(identity.updated(cluster: other, machines: machines) == nil)
        #expect(identity.updated(cluster: nil, machines: machines) == nil)
        #expect(identity.updated(cluster: cluster, machines: []) == nil)
        #expect(identity.updated(cluster: cluster, machines: [machines[0], machines[2]]) == nil)
        #expect(identity.updated(cluster: cluster, machines: [machines[1]]) == nil)
    }
}
