package import Foundation
package import PloyzAPI
import PloyzMigration
import PloyzModel

/// Three machines, each with a Redis; m1 is the founder, and what is on m2 and m3 must not notice what becomes of it.
package struct FounderCluster: Sendable {
    package static let machines = ["m1", "m2", "m3"]
    static let founder = "m1"
    /// Outside of the cluster until it joins without the founder.
    static let newcomer = "m4"

    package let lab: Lab
    let north: Shop
    /// What is moved.
    let shop: Shop
    let south: Shop

    /// Brings a lab up, founds the cluster on m1 and joins m2 and m3 to it; m4 stays outside.
    package static func form(name: String, checkout: URL) async throws -> Lab {
        let lab = try await Lab.up(name: name, machines: machines.count + 1, checkout: checkout, cluster: false)
        try await lab.ctl(founder, ["mesh", "init", "acme"]).succeeded()
        for machine in machines.dropFirst() {
            let invite = try await lab.document(Invite.self, founder, ["machine", "invite", "create"])
            try await lab.ctl(machine, ["mesh", "join", "--token", invite.token]).succeeded()
        }
        return lab
    }

    package static func deploy(in lab: Lab) async throws -> FounderCluster {
        FounderCluster(
            lab: lab,
            north: try await Shop.deploy(in: lab, on: "m1", namespace: "north", ballast: 1),
            shop: try await Shop.deploy(in: lab, on: "m2", namespace: "shop", ballast: 64),
            south: try await Shop.deploy(in: lab, on: "m3", namespace: "south", ballast: 1)
        )
    }

    // MARK: Power

    func powerOff(_ machine: String) async throws { try await lab.command(["reset", machine, "--off"]).succeeded() }

    /// Boots a machine; returns when its daemon has read the store.
    func boot(_ machine: String) async throws {
        try await lab.command(["reset", machine]).succeeded()
        try await lab.wait(for: "\(machine) to be back", within: 60) {
            try await lab.ctl(machine, ["machine", "ls", "-q"]).status == 0
        }
    }

    // MARK: The store

    func members(asking machine: String) async throws -> [StorageMember] {
        try await lab.document(MeshStatus.self, machine, ["mesh", "status"]).members
    }

    /// Waits until so many members are healthy and all have the same last change.
    func waitUntilHealthy(_ count: Int, asking machine: String) async throws {
        try await lab.wait(for: "\(count) healthy members that are current", within: 60) {
            guard let members = try? await members(asking: machine) else { return false }
            let healthy = members.filter { $0.state == .healthy }
            // Records change all the time a little: one change apart is the time between two questions.
            let revisions = healthy.compactMap(\.revision)
            guard healthy.count == count, members.count == count, let low = revisions.min(), let high = revisions.max()
            else { return false }
            return high - low <= 2
        }
    }

    func promote(_ machine: String, asking asked: String) async throws -> StorageChange {
        try await lab.document(StorageChange.self, asked, ["machine", "storage", "promote", machine])
    }

    /// Makes a machine a storage member, asking the founder.
    package func grow(by machine: String) async throws -> StorageChange {
        try await promote(machine, asking: Self.founder)
    }

    func demote(_ machine: String, asking asked: String) async throws -> StorageChange {
        try await lab.document(StorageChange.self, asked, ["machine", "storage", "demote", machine])
    }

    /// Something that is written, again and again until it is.
    ///
    /// - Returns: how long that took, and how many tries failed.
    func timeUntilWritten(
        asking machine: String,
        since start: ContinuousClock.Instant = .now
    ) async throws -> (Duration, failures: Int) {
        var failures = 0
        try await lab.wait(for: "something to be written", within: 60) {
            if try await lab.ctl(machine, ["machine", "invite", "create", "-q"]).status == 0 { return true }
            failures += 1
            return false
        }
        return (.now - start, failures)
    }

    /// The machine that the shop is on.
    func place(asking machine: String) async throws -> String {
        try await lab.instances(of: shop.service, asking: machine).first?.machine.name.text ?? "nowhere"
    }

    // MARK: Clients

    struct Views: Sendable {
        var reports: [ProbeReport] = []
        var ledgers: [URL] = []

        var attempts: Int { reports.map(\.attempts).reduce(0, +) }
        var failed: Int { reports.map { $0.failedConnects + $0.failedRequests }.reduce(0, +) }
        var longestWait: Int { Int(reports.map(\.longestWait).max() ?? 0) }
        var errors: [String: Int] { reports.map(\.errors).reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) } }

        var text: String {
            "\(attempts) requests, \(failed) failed, longest wait \(longestWait) ms" + (failed > 0 ? " \(errors)" : "")
        }
    }

    /// Runs `body` while a client on m2 writes to what is on m3 and to the shop, and one on m3 to the shop.
    func watched<Value>(_ name: String, _ body: () async throws -> Value) async throws -> (Value, Views) {
        let pairs = [("m2", south), ("m2", shop), ("m3", shop)]
        let probes = try pairs.enumerated().map { number, pair in
            try Probe.write(
                in: lab,
                from: pair.0,
                to: pair.1.endpoint,
                name: "\(name)-\(number)",
                interval: 20,
                connectLimit: 15_000
            )
        }
        let value: Value
        do {
            value = try await body()
        } catch {
            for probe in probes { _ = try? await probe.stop() }
            throw error
        }
        // The clients must see what comes after.
        try await Task.sleep(for: .seconds(1))
        var views = Views(ledgers: probes.dropFirst().map(\.ledger))
        for probe in probes { views.reports.append(try await probe.stop()) }
        return (value, views)
    }
}
