import Foundation

/// An operator on m1 who has nothing to do with it all, and lists the machines again and again.
package struct Bystander: Sendable {
    /// How long each call took, in milliseconds, sorted.
    package let times: [Double]
    /// The same of a command beside each that asks nobody: how busy the host was.
    package let beside: [Double]
    /// Calls that failed.
    package let failed: Int

    package var median: Double { Self.percentile(times, 0.5) }
    package var p95: Double { Self.percentile(times, 0.95) }

    private static func percentile(_ times: [Double], _ share: Double) -> Double {
        times.isEmpty ? 0 : times[min(times.count - 1, Int(Double(times.count) * share))]
    }

    package var description: String {
        "\(times.count) calls, \(failed) failed, median \(Int(median)) ms, 95 % within \(Int(p95)) ms; "
            + "beside it 'ployzctl --help' \(Int(Self.percentile(beside, 0.5))) ms, \(Int(Self.percentile(beside, 0.95))) ms"
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
                middle=$(date +%s%N); ployzctl --help >/dev/null
                echo $(((middle - begin) / 1000)) $((($(date +%s%N) - middle) / 1000)); sleep 0.1
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
        let pairs = lines.map { $0.split(separator: " ").compactMap { Double($0) } }.filter { $0.count == 2 }
        times = pairs.map { $0[0] / 1000 }.sorted()
        beside = pairs.map { $0[1] / 1000 }.sorted()
        failed = lines.count { $0 == "failed" }
    }
}
