import ArgumentParser

@main
struct PloyzLab: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab",
        abstract: "Starts real machines on this host, as root, and leaves nothing behind.",
        discussion: """
            A machine is a set of namespaces, or a QEMU guest, with its own Docker, ZFS pool and ployzd. The machines m1, m2 … share an \
            underlay network, 192.168.90.0/24, on which m1 has .11, m2 .12 and so on.
            """,
        subcommands: [
            Up.self, Down.self, List.self, Status.self, Logs.self,
            Exec.self, Ctl.self, Outside.self,
            Cut.self, Loss.self, Rate.self, Sever.self, Fill.self, Freeze.self, Thaw.self, Heal.self,
            Kill.self, Start.self, Reset.self, Reboot.self, Live.self,
            Image.self,
            Boot.self, Launch.self, Hold.self, Report.self,
        ]
    )
}
