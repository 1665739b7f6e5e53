import Glibc
package import Posix

/// What `/proc` says about the processes of this host.
package enum ProcessTable {
    /// The pid of this process.
    package static var own: Int32 { getpid() }

    package static let namespaceKinds = ["net", "mnt", "pid"]

    package static func pids() -> [Int32] {
        Files.names(in: "/proc").compactMap { Int32($0) }
    }

    /// The command name, at most 15 bytes; nil when it has ended.
    package static func command(of pid: Int32) -> String? {
        Files.text("/proc/\(pid)/comm").map { String($0.drop(while: { $0 == "\n" }).prefix(while: { $0 != "\n" })) }
    }

    /// Clock ticks after the host's boot; nil when the process has ended, a zombie included.
    package static func startTime(of pid: Int32) -> UInt64? {
        Files.text("/proc/\(pid)/stat").flatMap(startTime(inStat:))
    }

    /// Field 22 of `/proc/<pid>/stat`. The command name before it may hold spaces and brackets, so fields are counted
    /// from the last bracket. Nil for a zombie.
    package static func startTime(inStat text: String) -> UInt64? {
        guard let bracket = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: bracket)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
        return UInt64(fields[19])
    }

    /// `net:[…]`, `mnt:[…]`, `pid:[…]`; empty when it has ended.
    package static func namespaces(of pid: Int32) -> [String] {
        namespaceKinds.compactMap { Files.link("/proc/\(pid)/ns/\($0)") }
    }

    /// Whether the environment that the process was started with holds the entry.
    package static func hasMark(_ mark: String, pid: Int32) -> Bool {
        guard let bytes = try? Files.read("/proc/\(pid)/environ") else { return false }
        return bytes.split(separator: 0).contains { $0.elementsEqual(mark.utf8) }
    }

    /// Processes of the PID namespace itself, not of the namespaces of containers inside it.
    package static func pids(inPIDNamespace namespace: String) -> [Int32] {
        pids().filter { Files.link("/proc/\($0)/ns/pid") == namespace }
    }

    /// Kills what the predicate names, again and again until nothing is left: a process that is being killed may have
    /// started another.
    ///
    /// - Throws: `TimedOut` when some process does not go away.
    package static func end(until deadline: Deadline, where matches: (Int32) -> Bool) throws {
        var killed: Set<Int32> = []
        var left: [Int32] = []
        try deadline.wait(for: "processes \(left.map(String.init).joined(separator: ", ")) to die") {
            left = pids().filter { $0 != Self.own && startTime(of: $0) != nil && matches($0) }
            for pid in left { kill(pid, SIGKILL) }
            killed.formUnion(left)
            return left.isEmpty
        }
        // They are dead. The host's process 1 collects them when it likes; most do so at once.
        let patience = Deadline(seconds: 3)
        try? patience.wait(for: "the dead to be collected") {
            patience.isOver || killed.allSatisfy { !Files.exists("/proc/\($0)") }
        }
    }
}
