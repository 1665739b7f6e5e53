package import Foundation

/// The guests in which the checks are made: bare at first, a cluster after ``GuestCheck/install``.
package struct GuestHall: Sendable {
    package let lab: Lab
    package let machines: [String]

    /// The tests' bundle, which runs without SwiftPM too.
    static let tests = "ployzPackageTests.xctest"

    package static func open(named name: String, machines count: Int, checkout: URL) async throws -> GuestHall {
        let lab = try await Lab.up(
            name: name,
            kind: .vm,
            machines: count,
            checkout: checkout,
            isBare: true,
            programs: [checkout.appending(path: ".build/debug/\(tests)")]
        )
        return GuestHall(lab: lab, machines: (1...count).map { "m\($0)" })
    }

    /// Guests that an earlier run has left.
    package static func enter(named name: String, machines count: Int, checkout: URL) -> GuestHall {
        GuestHall(
            lab: Lab.named(name, kind: .vm, checkout: checkout),
            machines: (1...count).map { "m\($0)" }
        )
    }

    /// Runs a script of `sh` in a guest and returns what it printed.
    @discardableResult
    func shell(_ machine: String, _ script: String, within seconds: Int = 300) async throws -> String {
        try await lab.run(machine, ["sh", "-ec", script], within: seconds).succeeded().text
    }

    /// The same on every guest, side by side.
    func everywhere(_ script: String, within seconds: Int = 300) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for machine in machines { group.addTask { try await shell(machine, script, within: seconds) } }
            try await group.waitForAll()
        }
    }
}
