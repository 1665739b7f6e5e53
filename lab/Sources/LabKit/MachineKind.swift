/// What a machine of a lab is.
package enum MachineKind: String, Codable, CaseIterable, Sendable {
    /// Namespaces of this host, with zfs-fuse and wireguard-go.
    case netns
    /// A QEMU guest with a Debian kernel: kernel ZFS, kernel WireGuard, systemd.
    case vm

    package func machine(_ name: MachineName, paths: LabPaths) -> any Machine {
        switch self {
        case .netns: NamespaceMachine(paths: paths, name: name)
        case .vm: GuestMachine(paths: paths, name: name)
        }
    }
}
