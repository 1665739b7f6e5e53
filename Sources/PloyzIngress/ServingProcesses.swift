import Foundation
import PloyzModel
package import PloyzSupervisor
import PloyzSystem

/// The processes that serve names and published ports on this machine: their listening sockets are ours.
package struct ServingProcesses: Sendable {
    private let supervisor: any Supervisor

    package init(supervisor: any Supervisor) { self.supervisor = supervisor }

    /// dnsmasq, HAProxy's master and its workers, as far as they run.
    package func callAsFunction() async -> [Int32] {
        var found: [Int32] = []
        for name in ["dnsmasq", "haproxy"].compactMap({ try? HelperName($0) }) {
            guard case .running(_, let pid) = try? await supervisor.status(of: name) else { continue }
            found.append(pid)
            // proc(5): the children of each thread; only the first one makes workers.
            let children = KernelFile.text("/proc/\(pid)/task/\(pid)/children")
            found += (children ?? "").split(separator: " ").compactMap { Int32($0) }
        }
        return found
    }
}
