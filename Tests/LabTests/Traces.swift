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

    /// When every journal is empty, and two looks find no difference: a target prunes after the end of a migration, and
    /// third machines follow it.
    static func settled(_ lab: Lab) async throws -> Traces {
        for machine in ["m1", "m2", "m3"] {
            try await lab.wait(for: "the journal of \(machine) to be empty", within: 60) {
                try await lab.run(machine, ["ls", "/var/lib/ployz/journal"]).succeeded().text.isEmpty
            }
        }
        var last = try await of(lab)
        try await lab.wait(for: "what the last migration left to do to be done") {
            let now = try await of(lab)
            defer { last = now }
            return now == last
        }
        return last
    }

    /// What came (+) and what went (-), in words.
    func changes(since before: Traces) -> [String] {
        func changes(_ now: [String], _ then: [String], _ place: String) -> [String] {
            now.filter { !then.contains($0) }.map { "+ \(place)\($0)" }
                + then.filter { !now.contains($0) }.map { "- \(place)\($0)" }
        }
        var found: [String] = []
        for part in [\Traces.datasets, \.containers, \.links] {
            for machine in Set(self[keyPath: part].keys).union(before[keyPath: part].keys).sorted() {
                found += changes(
                    self[keyPath: part][machine] ?? [],
                    before[keyPath: part][machine] ?? [],
                    "\(machine): "
                )
            }
        }
        for part in [\Traces.instances, \.volumes, \.running] {
            found += changes(self[keyPath: part], before[keyPath: part], "")
        }
        return found
    }

    private static func lines(_ lab: Lab, _ machine: String, _ command: [String]) async throws -> [String] {
        try await lab.run(machine, command).succeeded().text.split(separator: "\n").map(String.init).sorted()
    }
}
