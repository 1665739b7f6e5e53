import Foundation
package import PloyzAPI
import PloyzModel

extension Lab {
    /// Builds a workload's image, offline, and loads it into machines; into all when none is named.
    ///
    /// - Returns: its ID, `sha256:…`.
    package func buildImage(_ workload: String, on machines: [String] = []) async throws -> String {
        let built = try await command(["image", "build", workload] + machines.flatMap { ["--machine", $0] }).succeeded()
        return built.text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Deploys a manifest in TOML; returns when its services run.
    ///
    /// - Parameter machine: where what is new is placed; nil leaves it to the cluster.
    @discardableResult
    package func deploy(_ manifest: String, on machine: String? = nil) async throws -> DeployResult {
        let asked = machine ?? "m1"
        let deploy = ["ployzctl", "deploy", "-f", "-", "--format", "toml", "--json"]
        let others = machine == nil ? [] : try await machines().map(\.name.text).filter { $0 != machine }
        for other in others { try await ctl(asked, ["machine", "drain", other]).succeeded() }
        let result = try await run(asked, deploy, input: Data(manifest.utf8), within: 600)
        for other in others { try await ctl(asked, ["machine", "activate", other]).succeeded() }
        return try DocumentForm.decode(DeployResult.self, from: result.succeeded().output)
    }

    package func machines(asking machine: String = "m1") async throws -> [MachineSummary] {
        try await document(MachineList.self, machine, ["machine", "ls"]).machines
    }

    /// Where a service's instances are, by index; none when there is no such service.
    package func instances(of service: String, asking machine: String = "m1") async throws -> [InstanceSummary] {
        try await document(ServiceList.self, machine, ["service", "ls"]).services
            .first { $0.service.description == service }?.instances ?? []
    }

    /// Moves a service and returns the report; throws unless it was migrated.
    @discardableResult
    package func move(_ service: String, to target: String, asking machine: String = "m1") async throws
        -> MigrationReport
    {
        let result = try await ctl(machine, ["migrate", "apply", service, "--to", target, "--json"])
        guard let report = try result.notices().last?.report else {
            throw ScenarioFailure("apply ended without a report (\(result.status))\n\(result.errorText)")
        }
        guard result.status == 0 else {
            throw ScenarioFailure("the move failed (\(result.status)): \(report.message)\n\(result.errorText)")
        }
        return report
    }

    /// Asks until the condition holds.
    ///
    /// - Parameter seconds: after which, times the kind's patience, ``ScenarioFailure`` is thrown, with what was waited for.
    package func wait(
        for what: String,
        within seconds: Int = 30,
        _ condition: () async throws -> Bool
    ) async throws {
        let clock = ContinuousClock()
        let limit = seconds * kind.patience
        let deadline = clock.now + .seconds(limit)
        while try await !condition() {
            guard clock.now < deadline else { throw ScenarioFailure("waited \(limit) s in vain for \(what)") }
            try await Task.sleep(for: kind.pause)
        }
    }
}

extension ProgramResult {
    /// The events that `migrate apply --json` or `migrate watch --json` printed.
    package func notices() throws -> [MigrationNotice] { try Self.notices(in: output) }

    static func notices(in output: Data) throws -> [MigrationNotice] {
        // The last line of a file that is being written may be half there.
        guard let end = output.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        return try output[...end].split(separator: UInt8(ascii: "\n")).map {
            try DocumentForm.decode(MigrationNotice.self, from: Data($0))
        }
    }
}
