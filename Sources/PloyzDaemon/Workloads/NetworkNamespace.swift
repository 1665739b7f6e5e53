import Foundation

/// The network namespace of a process: two processes are in the same one when these are equal (namespaces(7)).
struct NetworkNamespace: Hashable {
    private let link: String

    /// nil when the process is gone.
    init?(of pid: Int32) {
        guard let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/ns/net") else {
            return nil
        }
        self.link = link
    }
}
