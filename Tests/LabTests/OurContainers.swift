import Foundation
import LabScenarios
import Testing

/// The two containers of an instance, as Docker and the kernel tell.
struct OurContainers: Sendable {
    let sandbox: String
    let workload: String
    /// How many of the instance's containers run.
    let running: Int
    /// When the workload was started last, in RFC 3339: these compare as texts.
    let startedAt: String
    /// What must hold of the pair and does not, in words.
    let violations: [String]

    private struct Container {
        let id: String
        let role: String
        let isRunning: Bool
        let pid: String
        let startedAt: String
    }

    /// - Parameter service: its instance 0 is meant.
    static func of(_ service: String, _ lab: Lab, _ machine: String) async throws -> OurContainers {
        let all = try await containers(of: service, lab, machine)
        let sandboxes = all.filter { $0.role == "sandbox" }
        let workloads = all.filter { $0.role == "workload" }
        var violations: [String] = []
        if sandboxes.count != 1 || workloads.count != 1 {
            violations.append("\(sandboxes.count) sandboxes and \(workloads.count) workloads")
        }
        if let sandbox = sandboxes.first, let workload = workloads.first {
            if sandbox.startedAt >= workload.startedAt { violations.append("the workload started before its sandbox") }
            if sandbox.isRunning, workload.isRunning {
                let places = try await lab.run(
                    machine,
                    ["readlink", "/proc/\(sandbox.pid)/ns/net", "/proc/\(workload.pid)/ns/net"]
                )
                if Set(places.text.split(separator: "\n")).count != 1 {
                    violations.append("the workload is not in its sandbox's network")
                }
            }
        }
        return OurContainers(
            sandbox: sandboxes.first?.id ?? "",
            workload: workloads.first?.id ?? "",
            running: all.count { $0.isRunning },
            startedAt: workloads.first?.startedAt ?? "",
            violations: violations
        )
    }

    /// Docker's events of the starts of the instance's containers since dockerd runs, as JSON.
    ///
    /// - Parameter role: `sandbox` or `workload`; nil for both.
    static func starts(
        of service: String,
        _ lab: Lab,
        _ machine: String,
        role: String? = nil
    ) async throws -> [String] {
        // The time is in whole seconds, so the one that runs must be over.
        let until = Int(Date.now.timeIntervalSince1970) + 1
        let events = [
            "docker", "events", "--since", "0", "--until", "\(until)", "--filter", "event=start",
            "--filter", "label=io.ployz.instance=\(service)/0", "--format", "{{json .}}",
        ]
        let filter = role.map { ["--filter", "label=io.ployz.role=\($0)"] } ?? []
        return try await lab.run(machine, events + filter).succeeded().text.split(separator: "\n").map(String.init)
    }

    private static func containers(of service: String, _ lab: Lab, _ machine: String) async throws -> [Container] {
        let form =
            "{{.Id}} {{index .Config.Labels \"io.ployz.role\"}} {{.State.Running}} {{.State.Pid}} {{.State.StartedAt}}"
        let list = ["docker", "ps", "-aq", "--no-trunc", "--filter", "label=io.ployz.instance=\(service)/0"]
        let ids = try await lab.run(machine, list).text.split(separator: "\n").map(String.init)
        guard !ids.isEmpty else { return [] }
        // A container may be gone by now; Docker then tells of the others.
        let told = try await lab.run(machine, ["docker", "inspect", "--format", form] + ids).text
        return told.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ").map(String.init)
            guard fields.count == 5 else { return nil }
            return Container(
                id: fields[0],
                role: fields[1],
                isRunning: fields[2] == "true",
                pid: fields[3],
                startedAt: fields[4]
            )
        }
    }
}
