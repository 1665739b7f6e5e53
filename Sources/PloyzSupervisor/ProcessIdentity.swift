import Foundation
import PloyzSystem

/// A process that cannot be mistaken for another: numbers of processes are used again, start times with them are not.
struct ProcessIdentity: Hashable, Sendable {
    let pid: Int32
    /// Clock ticks from the machine's start to the process's (proc(5), `/proc/<pid>/stat`, field 22).
    let startTime: UInt64

    init(pid: Int32, startTime: UInt64) {
        self.pid = pid
        self.startTime = startTime
    }

    /// Reads `<pid> <start time>`, the line that a detached process writes about itself; nil for anything else.
    init?(line: String) {
        let fields = line.split(whereSeparator: \.isWhitespace)
        guard fields.count == 2, let pid = Int32(fields[0]), pid > 1, let startTime = UInt64(fields[1]) else {
            return nil
        }
        self.init(pid: pid, startTime: startTime)
    }

    /// Whether this very process is there and is no zombie.
    var isAlive: Bool {
        guard let stat = KernelFile.text("/proc/\(pid)/stat") else { return false }
        return Self.isAlive(stat: stat, startTime: startTime)
    }

    /// The name of the program, in parentheses, may hold spaces and parentheses: fields are counted behind the last one.
    static func isAlive(stat: String, startTime: UInt64) -> Bool {
        guard let end = stat.lastIndex(of: ")") else { return false }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count > 19, UInt64(fields[19]) == startTime else { return false }
        return fields[0] != "Z" && fields[0] != "X"
    }
}
