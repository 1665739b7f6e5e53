import Foundation
import PloyzModel

/// Where operators reach the daemon, and who may: root, and one group.
struct OperatorSocket: Sendable {
    /// Used where no group is configured and the machine has this one, which the package makes.
    static let usualGroup = "ployz"

    let path: String
    let group: UInt32

    /// - Throws: ``PloyzError`` `configuration-invalid` for a group that the machine does not have.
    init(_ configuration: DaemonConfiguration) throws {
        path = configuration.socket
        if let name = configuration.socketGroup {
            guard let group = Self.id(of: name) else {
                throw PloyzError(
                    .configurationInvalid,
                    "socket_group: this machine has no group '\(name)'",
                    next: "groupadd --system \(name)"
                )
            }
            self.group = group
        } else {
            group = Self.id(of: Self.usualGroup) ?? 0
        }
    }

    /// Makes the socket's directory, in which nobody but root may put anything.
    ///
    /// - Throws: ``PloyzError`` `configuration-invalid` when others may: they could put a socket of their own there.
    func makeDirectory() throws {
        let directory = (path as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        guard case .directory(let mode, let owner) = FileKind(at: directory) else { return }
        // In a sticky one nobody replaces what is another's.
        let isClosed = mode & 0o022 == 0 || mode & 0o1000 != 0
        guard [0, Int(getuid())].contains(owner), isClosed else {
            throw PloyzError(
                .configurationInvalid,
                "socket: others than root may write to \(directory)",
                next: "chown root: \(directory) && chmod go-w \(directory)"
            )
        }
    }

    private static func id(of name: String) -> UInt32? { getgrnam(name).map { $0.pointee.gr_gid } }
}
