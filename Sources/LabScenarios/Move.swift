package import Foundation
package import PloyzAPI
import PloyzModel

/// One migration as a scenario saw it.
package struct Move: Sendable {
    package let from: String
    package let to: String
    package let preview: MigrationPreview
    package let report: MigrationReport
    /// What each client saw while it ran, in the order of the machines.
    package let clients: [ClientView]
    /// Acknowledged writes so far, and how many of them cannot be read back.
    package let ledger: LedgerReport
    package let addressBefore: String
    package let addressAfter: String

    package struct ClientView: Sendable {
        package let machine: String
        package let report: ProbeReport
    }

    /// Moves the shop's service while a client on each of `machines` writes, then reads every write back.
    ///
    /// - Parameter interval: milliseconds between the starts of a client's attempts; nil for what the kind of the lab allows.
    package static func perform(
        _ shop: Shop,
        number: Int,
        from: String,
        to: String,
        machines: [String],
        interval: Int? = nil,
        ledgers: inout [URL]
    ) async throws -> Move {
        let lab = shop.lab
        let preview = try await lab.document(
            MigrationPreview.self,
            from,
            ["migrate", "preview", shop.service, "--to", to]
        )
        let probes = try machines.map { machine in
            try Probe.write(
                in: lab,
                from: machine,
                to: shop.endpoint,
                name: "move\(number)-\(machine)",
                interval: interval,
                connectLimit: 10_000
            )
        }
        ledgers += probes.map(\.ledger)
        let applied = try await lab.ctl(from, ["migrate", "apply", shop.service, "--to", to, "--json"])
        var clients: [ClientView] = []
        // The clients must see the far side of the move before they end.
        try await Task.sleep(for: .seconds(1))
        for probe in probes {
            clients.append(ClientView(machine: probe.machine, report: try await probe.stop()))
        }
        guard let report = try applied.notices().last?.report else {
            throw ScenarioFailure("apply ended without a report (\(applied.status))\n\(applied.errorText)")
        }
        guard applied.status == 0 else {
            throw ScenarioFailure(
                "the move to \(to) failed (\(applied.status)): \(report.message)\n\(applied.errorText)"
            )
        }
        let ledger = try await Probe.verify(in: lab, from: from, at: shop.endpoint, ledgers: ledgers)
        let instance = try await lab.instances(of: shop.service, asking: to).first
        return Move(
            from: from,
            to: to,
            preview: preview,
            report: report,
            clients: clients,
            ledger: ledger,
            addressBefore: shop.address,
            addressAfter: instance.map { "\($0.address)" } ?? "none"
        )
    }

    /// The longest gap that any client saw, in milliseconds.
    package var longestGap: Double { clients.map(\.report.longestGap).max() ?? 0 }
}
