package import Foundation

/// What a lab's machines are made of.
package enum LabKind: String, CaseIterable, Sendable {
    /// Namespaces on this host.
    case netns
    /// QEMU guests.
    case vm
}

extension Lab {
    /// ``up(name:machines:checkout:poolSize:cluster:)`` for machines of any kind.
    ///
    /// - Parameter kind: handed to `lab up --kind`; a lab that does not know it says so.
    package static func up(
        name: String,
        machines: Int,
        checkout: URL,
        kind: LabKind,
        poolSize: String = "8G"
    ) async throws -> Lab {
        guard kind != .netns else {
            return try await up(name: name, machines: machines, checkout: checkout, poolSize: poolSize)
        }
        let lab = named(name, checkout: checkout)
        try await lab.down()
        try FileManager.default.createDirectory(at: lab.scratch, withIntermediateDirectories: true)
        let options = ["-n", String(machines), "--pool-size", poolSize, "--kind", kind.rawValue]
        try await lab.command(["up"] + options, within: 3600).succeeded()
        return lab
    }
}
