package import Foundation

/// A machine that was removed from the cluster: what its certificates are refused by, for good.
package struct RemovedMachine: Codable, Hashable, Sendable {
    package let id: MachineID
    /// The name that it had; another machine may have it by now.
    package let name: MachineName
    /// The serial numbers, in hexadecimal, of its certificates that had not ended.
    package let serials: [String]
    package let removedAt: Date

    package init(id: MachineID, name: MachineName, serials: [String], removedAt: Date) {
        self.id = id
        self.name = name
        self.serials = serials
        self.removedAt = removedAt
    }
}
