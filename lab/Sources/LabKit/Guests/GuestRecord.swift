import Posix

/// The process that a guest is, and how to know it again.
struct GuestRecord: Codable, Sendable {
    var pid: Int32
    /// Clock ticks after the host's boot: with the pid, it names one process for good.
    var startTime: UInt64

    var isAlive: Bool { ProcessTable.startTime(of: pid) == startTime }

    static func read(_ paths: LabPaths, _ machine: MachineName) throws -> GuestRecord? {
        guard let record = try JSONFile.read(GuestRecord.self, from: paths.guest(machine)), record.isAlive else {
            return nil
        }
        return record
    }
}
