import Foundation

/// An operator on m1 who has nothing to do with it all, and lists the machines again and again.
package struct Bystander: Sendable {
    /// How long each call took, in milliseconds, sorted.
    package let times: [Double]
    /// Calls that failed.
    package let failed: Int

    package var median: Double { percentile(0.5) }
    package var p95: Double { percentile(0.95) }

    private func percentile(_ share: Double) -> Double {
        times.isEmpty ? 0 : times[min(times.count - 1, Int(Double(times.count) * share))]
    }

    package var description: String {
        "\(times.count) calls, \(failed) failed, median \(Int(median)) ms, 95 % within \(Int(p95)) ms"
    }

    /// What the operator saw while `body` ran.
    package static func during<Value: Sendable>(
        _ lab: Lab,
        _ name: String,
        _ body: () async throws -> Value
    ) async throws -> (value: Value, seen: Bystander) {
        let script = """
            while :; do
                begin=$(date +%s%N); ployzctl machine ls >/dev/null 2>&1 || echo failed
                echo $((($(date +%s%N) - begin) / 1000)); sleep 0.1
            done
            """
        let program = try lab.start(
            "m1",
            ["sh", "-c", script],
            output: lab.scratch.appending(path: "bystander-\(name)")
        )
        do {
            let value = try await body()
            return (value, Bystander(try await program.stop()))
        } catch {
            _ = try? await program.stop()
            throw error
        }
    }

    private init(_ output: Data) {
        let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
        times = lines.compactMap { Double($0).map { $0 / 1000 } }.sorted()
        failed = lines.count { $0 == "failed" }
    }
}
