import Foundation
package import PloyzAPI
import PloyzMigration
import PloyzModel

extension MachineList: ListPresentable {
    package static let columns = ["NAME", "ID", "STATE", "REACHABLE", "ADDRESS", "SUBNET", "STORAGE", "INSTANCES"]
    package static let empty = "no machines"
    package var rows: [[String]] { machines.map(\.row) }
}

extension MachineSummary {
    var row: [String] {
        [
            "\(name)\(isLocal ? " (this)" : "")",
            "\(id)",
            lifecycle.rawValue,
            reachable.map { $0 ? "yes" : "no" } ?? "-",
            "\(overlayAddress)",
            "\(subnet)",
            storageRoot?.description ?? "-",
            "\(instances)",
        ]
    }
}

extension ServiceList: ListPresentable {
    package static let columns = ["INSTANCE", "STATE", "MACHINE", "ADDRESS", "IMAGE", "PUBLISHED"]
    package static let empty = "no services"
    package var rows: [[String]] { services.flatMap(\.rows) }
}

extension ServiceSummary {
    /// A row for each instance; one that says so when there is none.
    var rows: [[String]] {
        let ports = publish.map { "\($0.port)->\($0.target)/\($0.protocol.rawValue)" }.joined(separator: " ")
        let published = ports.isEmpty ? "-" : ports
        guard !instances.isEmpty else { return [["\(service)", "no instance", "-", "-", image, published]] }
        return instances.map { instance in
            [
                "\(instance.instance)", instance.state.rawValue, "\(instance.machine)", "\(instance.address)", image,
                published,
            ]
        }
    }
}

extension VolumeList: ListPresentable {
    package static let columns = [
        "VOLUME", "MACHINE", "SCOPE", "USED", "QUOTA", "EPOCH", "SERVICES", "PREVIOUS COPIES",
    ]
    package static let empty = "no volumes"

    package var rows: [[String]] {
        volumes.map { volume in
            [
                "\(volume.volume)",
                "\(volume.machine)",
                volume.scope.rawValue,
                volume.used?.description ?? "-",
                volume.quota?.description ?? "-",
                "\(volume.epoch)",
                Self.joined(volume.services),
                Self.joined(volume.previousCopies),
            ]
        }
    }

    private static func joined(_ things: [some CustomStringConvertible]) -> String {
        things.isEmpty ? "-" : things.map(\.description).joined(separator: " ")
    }
}

extension MigrationList: ListPresentable {
    package static let columns = ["ID", "INSTANCE", "FROM", "TO", "STATE", "SENT", "DOWNTIME", "STARTED"]
    package static let empty = "no migrations"
    package var rows: [[String]] { migrations.map(\.row) }
}

extension MigrationSummary {
    var row: [String] {
        [
            "\(operation)",
            "\(instance)",
            "\(from)",
            "\(to)",
            outcome?.rawValue ?? "running: \(phase.rawValue)",
            "\(bytes)",
            downtime?.description ?? "-",
            startedAt.formatted(.iso8601),
        ]
    }
}
