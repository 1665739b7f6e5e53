import Foundation
import PloyzSystem

/// The processes of this machine.
enum ProcessTable {
    /// Sends a signal; a process that is gone is no error. Call it only with an ID that was read just before.
    static func send(_ signal: StopSignal, to process: Int32) {
        guard process > 1 else { return }
        _ = kill(process, signal.number)
    }

    /// Every process whose control group names the container. It reads the whole table, a few milliseconds.
    static func processes(ofContainer id: String) -> [Int32] {
        guard !id.isEmpty, let entries = try? FileManager.default.contentsOfDirectory(atPath: "/proc") else {
            return []
        }
        return entries.compactMap { Int32($0) }.filter { process in
            KernelFile.text("/proc/\(process)/cgroup")?.contains(id) == true && !hasEnded(process)
        }
    }

    /// A zombie keeps the name of its group but holds nothing any more (proc(5): the third field of `stat`, after the
    /// last parenthesis of the command's name).
    private static func hasEnded(_ process: Int32) -> Bool {
        guard let text = KernelFile.text("/proc/\(process)/stat") else { return true }
        guard let name = text.lastIndex(of: ")") else { return false }
        return text[name...].dropFirst(2).first.map { "ZXx".contains($0) } ?? false
    }
}
