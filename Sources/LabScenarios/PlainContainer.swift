import Foundation

/// The same Redis without Ployz: one container on one machine, its directories in the machine's own ZFS pool.
package struct PlainContainer: Sendable {
    private static let name = "plain"

    private let lab: Lab
    private let machine: String
    private let address: String

    package static func run(like shop: Shop, on machine: String, writing: Int) async throws -> PlainContainer {
        let lab = shop.lab
        var mounts: [String] = []
        for volume in ["data", "blob"] {
            try await lab.run(machine, ["zfs", "create", "-p", "tank/plain/\(volume)"]).succeeded()
            mounts += ["--mount", "type=bind,source=/mnt/tank/plain/\(volume),target=/\(volume)"]
        }
        // The lab's dockerd has no default bridge.
        try await lab.run(machine, ["docker", "network", "create", name]).succeeded()
        let run = ["docker", "run", "--detach", "--name", name, "--network", name] + mounts
        let script = Shop.script(ballast: 0, writing: writing)
        try await lab.run(machine, run + ["--entrypoint", "/bin/sh", shop.image, "-c", script]).succeeded()
        let form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        let address = try await lab.run(machine, ["docker", "inspect", "--format", form, name]).succeeded().text
        return PlainContainer(
            lab: lab,
            machine: machine,
            address: address.trimmingCharacters(in: .whitespacesAndNewlines)
        )
    }

    /// Restarts it while a client on the same machine writes; returns the longest gap, in milliseconds.
    ///
    /// - Parameter interval: milliseconds between the starts of the client's attempts.
    package func restart(_ number: Int, interval: Int) async throws -> Double {
        let client = try Probe.write(
            in: lab,
            from: machine,
            to: "\(address):6379",
            name: "plain-\(number)",
            interval: interval
        )
        try await Task.sleep(for: .seconds(1))
        try await lab.run(machine, ["docker", "restart", Self.name]).succeeded()
        try await Task.sleep(for: .seconds(1))
        return try await client.stop().longestGap
    }

    /// Stops it and starts it again; returns how long the two commands took, in milliseconds.
    package func stopAndStart() async throws -> Double {
        let clock = ContinuousClock()
        let time = try await clock.measure {
            try await lab.run(machine, ["docker", "stop", Self.name]).succeeded()
            try await lab.run(machine, ["docker", "start", Self.name]).succeeded()
        }
        return time / .milliseconds(1)
    }
}
