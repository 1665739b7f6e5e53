import Posix

/// The process that keeps the namespaces of a machine (or of the switch) alive, and how to know it again.
package struct HolderRecord: Codable, Sendable, Equatable {
    package var pid: Int32
    /// Clock ticks after the host's boot, from `/proc/<pid>/stat`: with the pid, it names one process for good.
    package var startTime: UInt64
    /// `net:[4026532601]` and so on, of its network, mount and PID namespaces.
    package var namespaces: [String]

    package init(pid: Int32, startTime: UInt64, namespaces: [String]) {
        self.pid = pid
        self.startTime = startTime
        self.namespaces = namespaces
    }

    /// The record of a process that runs now, or nil when it has ended.
    package init?(running pid: Int32) {
        guard let startTime = ProcessTable.startTime(of: pid) else { return nil }
        let namespaces = ProcessTable.namespaces(of: pid)
        guard namespaces.count == ProcessTable.namespaceKinds.count else { return nil }
        self.init(pid: pid, startTime: startTime, namespaces: namespaces)
    }

    /// Whether that very process still runs.
    package var isAlive: Bool { ProcessTable.startTime(of: pid) == startTime }

    /// The root directory of the machine, seen from the host.
    package var root: String { "/proc/\(pid)/root" }
}
