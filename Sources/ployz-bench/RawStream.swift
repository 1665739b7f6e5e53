import Foundation
import LabScenarios
import PloyzAPI
import PloyzModel

/// What the pool and the overlay can do without Ployz: `zfs send | socat | zfs receive` between two machines.
struct RawStream {
    private static let port = 5999
    private static let received = "tank/raw"

    let lab: Lab
    let from: String
    let to: String

    /// Sends a dataset's newest snapshot in full; MiB a second.
    func throughput(of dataset: String) async throws -> Double {
        let list = ["zfs", "list", "-H", "-t", "snapshot", "-o", "name", "-s", "creation", "-r", dataset]
        guard let snapshot = try await lab.run(from, list).succeeded().text.split(separator: "\n").last.map(String.init)
        else { throw ScenarioFailure("\(dataset) on \(from) has no snapshot") }
        let counted = try await lab.run(from, ["sh", "-c", "zfs send '\(snapshot)' | wc -c"]).succeeded().text
        guard let bytes = Double(counted.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw ScenarioFailure("\(snapshot) cannot be sent")
        }
        guard let target = try await lab.machines(asking: from).first(where: { $0.name.text == to }) else {
            throw ScenarioFailure("there is no machine \(to)")
        }
        let listen = "TCP6-LISTEN:\(Self.port),reuseaddr,bind=[\(target.managementAddress)]"
        let receiver = try lab.start(
            to,
            ["sh", "-c", "socat -u '\(listen)' - | zfs receive -u \(Self.received)"],
            output: lab.scratch.appending(path: "raw")
        )
        try await lab.wait(for: "socat to listen") {
            try await lab.run(to, ["ss", "-lnt"]).text.contains(":\(Self.port)")
        }
        let clock = ContinuousClock()
        let begin = clock.now
        let send = "zfs send '\(snapshot)' | socat -u - 'TCP6:[\(target.managementAddress)]:\(Self.port)'"
        try await lab.run(from, ["sh", "-c", send]).succeeded()
        _ = try await receiver.finish()
        let seconds = (clock.now - begin) / .seconds(1)
        try await lab.run(to, ["zfs", "destroy", "-r", Self.received]).succeeded()
        return bytes / 1_048_576 / seconds
    }
}
