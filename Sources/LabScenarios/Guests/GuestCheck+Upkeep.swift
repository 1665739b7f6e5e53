import Foundation
import PloyzAPI
import PloyzMigration
import PloyzModel

extension GuestCheck {
    /// Removes what a machine needs, a thing at a time, from the last guest, which is of no use afterwards.
    static let doctor = GuestCheck(
        "doctor",
        "doctor names each thing that was taken from a machine, and the package that brings it"
    ) { hall in
        let machine = hall.machines.last ?? "m1"
        var lines: [String] = []
        // Packages that depend on one another are removed all the same: an operator's machine may look like that.
        let things: [(String, script: String, check: String, next: String)] = [
            ("apparmor", "dpkg --purge --force-depends apparmor", "apparmor", "apparmor"),
            ("etcd-server", "dpkg --purge --force-depends etcd-server", "etcd", "etcd-server"),
            ("busybox-static", "dpkg --purge --force-depends busybox-static", "sandbox", "busybox-static"),
            ("dnsmasq-base", "dpkg --purge --force-depends dnsmasq-base", "dnsmasq", "dnsmasq-base"),
            ("haproxy", "dpkg --purge --force-depends haproxy", "haproxy", "haproxy"),
            ("iptables", "dpkg --purge --force-depends iptables", "iptables-save", "iptables"),
            (
                "kernel WireGuard",
                """
                systemctl stop ployzd
                ip link delete wg-ployz || true
                rmmod wireguard || true
                find /lib/modules -name 'wireguard.ko*' -delete
                depmod
                """, "wireguard", "wireguard-go"
            ),
            ("wireguard-tools", "dpkg --purge --force-depends wireguard-tools", "wg", "wireguard-tools"),
            (
                "the pool", "docker stop $(docker ps -q) || true; zpool export -f tank", "zfs", "zpool import tank"
            ),
            ("zfsutils-linux", "dpkg --purge --force-depends zfsutils-linux", "zfs", "zfsutils-linux"),
            (
                "docker.io", "systemctl stop docker.socket docker; dpkg --purge --force-depends docker.io", "docker",
                "docker.io"
            ),
            ("nftables", "dpkg --purge --force-depends nftables", "nft", "nftables"),
            ("iproute2", "dpkg --purge --force-depends iproute2", "ip", "iproute2"),
        ]
        for thing in things {
            try await hall.shell(machine, thing.script)
            let result = try await hall.lab.run(machine, ["ployzctl", "doctor", "--json"])
            let findings = try DocumentForm.decode(DoctorReport.self, from: result.output).findings
            guard let finding = findings.first(where: { $0.check == thing.check && $0.state != .ok }),
                finding.next?.contains(thing.next) == true
            else {
                throw ScenarioFailure("doctor does not miss \(thing.0): \(result.text)")
            }
            lines.append("without \(thing.0): \(finding.check): \(finding.detail); next: \(finding.next ?? "")")
        }
        return lines
    }

    static let purge = GuestCheck("purge", "a purge leaves nothing but data") { hall in
        let machine = "m1"
        try await hall.shell(machine, "dpkg --purge ployz")
        // What Debian's own tools keep up to date is nobody's leftover.
        let left = try await hall.shell(
            machine,
            """
            find /etc /usr /lib /boot -xdev | sort >/root/after
            comm -13 /root/before /root/after | grep -v -e '^/etc/.*cache' -e '^/etc/docker' -e '^/etc/zfs' || true
            """
        )
        guard left.isEmpty else { throw ScenarioFailure("a purge leaves\n\(left)") }
        let look = "systemctl list-units --no-legend --plain 'ployz*'; pgrep -a etcd || true"
        let processes = try await hall.shell(machine, look)
        guard processes.isEmpty else { throw ScenarioFailure("a purge leaves running\n\(processes)") }
        let data = try await hall.shell(machine, "ls -A /var/lib/ployz; zfs list -H -o name -r tank/ployz")
        guard data.contains("tank/ployz/shop/data") else { throw ScenarioFailure("a purge took data:\n\(data)") }
        return ["kept: " + data.split(separator: "\n").joined(separator: " ")]
    }

    /// Every machine after the moves, one by one, and then all at once.
    static let reboots = GuestCheck(
        "reboots",
        "after reboots and a power cut of all machines each workload comes up once, where the record says"
    ) { hall in
        let lab = hall.lab
        let shop = try await Shop.running(in: lab)
        let home = try await lab.instances(of: shop.service).first?.machine.name.text ?? "m1"
        var lines: [String] = []
        for machine in hall.machines {
            try await lab.command(["reboot", machine], within: 300).succeeded()
            try await served(shop, on: home, in: hall)
            lines.append("reboot of \(machine): on \(home), once")
        }
        // With the store's machine away, nothing may start what the others' records are not read for.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for machine in hall.machines {
                group.addTask { try await lab.command(["reset", machine, "--off"]).succeeded() }
            }
            try await group.waitForAll()
        }
        let others = hall.machines.filter { $0 != "m1" }
        for machine in others { try await lab.command(["reset", machine], within: 300).succeeded() }
        for machine in others {
            let running = try await hall.shell(
                machine,
                "docker ps --quiet --filter label=io.ployz.role=workload | wc -l"
            )
            guard running.trimmingCharacters(in: .whitespacesAndNewlines) == "0" else {
                throw ScenarioFailure("\(machine) started a workload before it had read the store")
            }
        }
        lines.append("power cut of all, the store's machine still off: nothing runs")
        try await lab.command(["reset", "m1"], within: 300).succeeded()
        try await served(shop, on: home, in: hall)
        lines.append("the store's machine is back: on \(home), once")
        return lines
    }

    /// Waits until the shop answers, and demands that its container runs on that machine alone.
    private static func served(_ shop: Shop, on home: String, in hall: GuestHall) async throws {
        let lab = hall.lab
        try await lab.wait(for: "\(shop.service) to answer on \(home)", within: 120) {
            try await lab.run(home, lab.bounded(3, ["redis-cli", "-h", shop.address, "PING"])).text.hasPrefix("PONG")
        }
        for machine in hall.machines {
            let running = try await hall.shell(
                machine,
                "docker ps --format '{{.Names}}' --filter label=io.ployz.role=workload"
            )
            let isRight = (running.trimmingCharacters(in: .whitespacesAndNewlines) == "") == (machine != home)
            guard isRight else { throw ScenarioFailure("after a boot \(machine) runs: \(running)") }
        }
    }
}
