import Posix

/// What a guest gets after its boot that its image has not: the lab's programs, its pool, and Ployz, from the package
/// and nothing else. Does only what is not done yet.
struct GuestSetup {
    let machine: GuestMachine
    let record: LabRecord

    func run() throws {
        let shell = try machine.shell()
        try shell.command(["bash", "-c", Self.mounts], timeout: 120, log: "setup").run()
        guard record.daemon else { return }
        let install = """
            set -e
            if [ ! -e /usr/sbin/ployzd ]; then
                mkdir -p /etc/ployz
                printf %s \(GuestConnection.quoted(machine.daemonConfiguration)) >/etc/ployz/ployzd.toml
                printf %s \(GuestConnection.quoted(MachineName.hosts(record.machines))) >/etc/hosts
                dpkg --install \(ToolsDisk.package)
            fi
            """
        // Returns when the daemon has said that it is ready, whoever started it.
        let ready = "systemctl start ployzd.service"
        try shell.command(["bash", "-c", "\(install)\n\(ready)"], timeout: 300, log: "setup").run()
    }

    private static let mounts = """
        set -e
        # Where breakpoints are told.
        mkdir -p /run/ployz-lab
        mountpoint -q \(ToolsDisk.directory) || mount --mkdir -o ro LABEL=\(ToolsDisk.label) \(ToolsDisk.directory)
        # The import of a pool that is there is the boot's business; the first boot makes one.
        timeout 60 systemctl start zfs.target
        zpool list -H \(Pool.name) || zpool create -m /mnt/\(Pool.name) \(Pool.name) \(GuestDisks.poolDevice)
        """
}
