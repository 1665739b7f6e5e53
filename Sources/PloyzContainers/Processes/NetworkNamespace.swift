import Foundation

/// The network namespace that a process is in, by the kernel's own identity of it (namespaces(7)).
///
/// A sandbox that was restarted has a new one, and a workload that joined the old one is left in an orphan.
package struct NetworkNamespace: Hashable, Sendable, CustomStringConvertible {
    /// For example `net:[4026532556]`.
    package let description: String

    /// nil when the process is gone.
    package init?(ofProcess pid: Int32) {
        guard pid > 0,
            let text = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/ns/net")
        else { return nil }
        description = text
    }
}
