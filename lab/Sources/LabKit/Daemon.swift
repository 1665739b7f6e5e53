import Posix

/// What a machine starts at boot, in the order of the cases.
package enum Daemon: String, CaseIterable, Sendable {
    case zfsFuse = "zfs-fuse"
    case containerd
    case dockerd
    case ployzd

    package var arguments: [String] {
        switch self {
        case .zfsFuse:
            ["zfs-fuse", "--no-daemon", "--no-kstat-mount", "--pidfile", "/run/zfs-fuse.pid"]
        case .containerd:
            ["containerd"]
        case .dockerd:
            // containerd beside it: a dockerd with one of its own, killed with SIGKILL, may not come back.
            [
                "dockerd", "--config-file", Holder.dockerConfiguration, "--host", "unix:///run/docker.sock",
                "--containerd", "/run/containerd/containerd.sock", "--bridge=none",
                "--exec-opt", "native.cgroupdriver=cgroupfs",
            ]
        case .ployzd:
            ["\(Holder.binDirectory)/ployzd"]
        }
    }

    /// Seconds within which it must answer.
    package var startTimeout: Double {
        switch self {
        case .zfsFuse, .containerd: 30
        case .dockerd, .ployzd: 90
        }
    }

    /// Whether it answers now.
    package func isReady(in machine: NamespaceShell) -> Bool {
        switch self {
        case .zfsFuse:
            (try? machine.command(["zpool", "list", "-H", "-o", "name"], log: "zpool").status().isSuccess) ?? false
        case .containerd:
            UnixSocket.accepts(machine.holder.root + "/run/containerd/containerd.sock")
                && isSeenByDocker(in: machine)
        case .dockerd:
            UnixSocket.answers(machine.holder.root + "/run/docker.sock", to: "/_ping")
        case .ployzd:
            UnixSocket.accepts(machine.holder.root + "/run/ployz/ployzd.sock")
        }
    }

    /// A dockerd that ran on without containerd takes about a second to find it again, and fails commands until then.
    private func isSeenByDocker(in machine: NamespaceShell) -> Bool {
        guard !machine.pids(named: Daemon.dockerd.rawValue).isEmpty else { return true }
        let info = ["docker", "info", "--format", "{{.ContainerdCommit.ID}}"]
        guard let (status, version) = try? machine.command(info, timeout: 10, log: "containerd-seen").capture() else {
            return false
        }
        return status.isSuccess && !version.hasPrefix("N/A")
    }
}
