import Foundation
import LabScenarios
import PloyzAPI
import PloyzMigration
import PloyzModel
import Testing

/// Everything that a command which was refused must leave as it was. History is no part of it.
struct Traces: Equatable, Sendable {
    /// Datasets and snapshots with their GUIDs, by machine.
    var datasets: [String: [String]] = [:]
    /// Containers with their state, by machine.
    var containers: [String: [String]] = [:]
    /// Interfaces with the bridge that they belong to, by machine: the links of instances.
    var links: [String: [String]] = [:]
    /// Instances with machine and address.
    var instances: [String] = []
    /// Volumes with machine and epoch.
    var volumes: [String] = []
    /// Migrations that have not ended.
    var running: [String] = []

    /// - Parameter asked: the machine whose daemon tells what the store holds.
    static func of(_ lab: Lab, machines: [String] = ["m1", "m2", "m3"], asking asked: String = "m1") async throws
        -> Traces
    {
        var traces = Traces()
        for machine in machines {
            traces.datasets[machine] = try await lines(
                lab,
                machine,
                ["zfs", "get", "-r", "-H", "-p", "-o", "name,value", "guid", "tank"]
            )
            traces.containers[machine] = try await lines(
                lab,
                machine,
                ["docker", "ps", "--all", "--no-trunc", "--format", "{{.ID}} {{.Names}} {{.State}}"]
            )
            traces.links[machine] = try await lines(lab, machine, ["ls", "/sys/class/net"])
        }
        let services = try await lab.document(ServiceList.self, asked, ["service", "ls"])
        traces.instances = services.services.flatMap(\.instances).map {
            "\($0.instance) \($0.machine) \($0.address)"
        }.sorted()
        let volumes = try await lab.document(VolumeList.self, asked, ["volume", "ls"])
        traces.volumes = volumes.volumes.map { "\($0.volume) \($0.machine) \($0.epoch)" }.sorted()
        let migrations = try await lab.document(MigrationList.self, asked, ["migrate", "ls"])
        traces.running = migrations.migrations.filter { $0.outcome == nil }.map { "\($0.operation)" }
        return traces
    }

    private static func lines(_ lab: Lab, _ machine: String, _ command: [String]) async throws -> [String] {
        try await lab.run(machine, command).succeeded().text.split(separator: "\n").map(String.init).sorted()
    }
}
