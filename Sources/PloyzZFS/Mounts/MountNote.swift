import Foundation
import PloyzSystem

/// The device number that a volume's file system got when it was mounted, kept in a file: it is what finds the file
/// system in other mount namespaces after ours does not list it any more, also for a daemon that was started since.
struct MountNote: Hashable, Sendable {
    let device: String

    /// Device numbers start anew with each boot.
    private static let boot = KernelFile.text("/proc/sys/kernel/random/boot_id")?.split(separator: "\n").first.map(
        String.init
    )

    static func read(_ path: String) -> MountNote? {
        let text = try? String(contentsOfFile: path, encoding: .utf8)
        let fields = text?.split(separator: " ").map(String.init) ?? []
        guard fields.count == 2, fields[0] == boot else { return nil }
        return MountNote(device: fields[1])
    }

    func write(to path: String) throws {
        guard Self.read(path) != self else { return }
        try Files.write("\(Self.boot ?? "-") \(device)", to: path)
    }
}
