import Foundation
import LabScenarios
import Testing

/// Gives a suite a lab of its own: up before its first case, down after its last, whatever happened in between.
///
/// The machines' logs are kept in `.build/lab-logs/<lab>`. With `PLOYZ_KEEP_LABS=1` the lab stays up.
struct LabTrait: SuiteTrait, TestScoping {
    /// The lab of the running case.
    @TaskLocal static var current: Lab?

    private static let environment = ProcessInfo.processInfo.environment

    let name: String
    let machines: Int
    let cluster: Bool

    /// Once around the whole suite, not around each of its cases.
    var isRecursive: Bool { false }

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        let checkout = URL(filePath: FileManager.default.currentDirectoryPath)
        // Two checkouts on one host must not take each other's labs down.
        let full = "\(Self.environment["PLOYZ_TEST_LAB"] ?? "test")-\(name)"
        let lab = Lab.named(full, checkout: checkout)
        do {
            _ = try await Lab.up(name: full, machines: machines, checkout: checkout, cluster: cluster)
            try await Self.$current.withValue(lab) { try await function() }
        } catch {
            await end(lab)
            throw error
        }
        await end(lab)
    }

    private func end(_ lab: Lab) async {
        do {
            try await lab.saveLogs(of: (1...machines).map { "m\($0)" })
            if Self.environment["PLOYZ_KEEP_LABS"] != "1" { try await lab.down() }
        } catch {
            Issue.record(error, "the lab \(lab.name) was not taken down")
        }
    }
}

extension Trait where Self == LabTrait {
    /// A lab of `machines` machines, joined into a cluster unless told otherwise.
    static func lab(_ name: String, machines: Int, cluster: Bool = true) -> LabTrait {
        LabTrait(name: name, machines: machines, cluster: cluster)
    }
}

/// The lab of the running case.
func lab() throws -> Lab { try #require(LabTrait.current, "a case outside a suite with a lab") }
