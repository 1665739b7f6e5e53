import Foundation
import PloyzAPI
import PloyzMigration
import PloyzModel

extension GuestCheck {
    /// From nothing, by the commands of the documentation.
    static let install = GuestCheck(
        "install",
        "the package alone takes a bare Debian 12 to a finished migration",
        isSmoke: true
    ) { hall in
        let lab = hall.lab
        try await hall.everywhere("! command -v ployzctl; ! test -e /etc/ployz; ! test -e /var/lib/ployz")
        try await encryptRoot(in: hall)
        try await hall.everywhere("find /etc /usr /lib /boot -xdev | sort >/root/before")
        try await hall.everywhere(
            """
            dpkg --install /run/lab-tools/ployz.deb
            systemctl is-active ployzd.service
            cp /usr/share/doc/ployz/examples/ployzd.toml /etc/ployz/
            systemctl restart ployzd.service
            """
        )
        for machine in hall.machines {
            let report = try await lab.run(machine, ["ployzctl", "doctor", "--json"])
            let findings = try DocumentForm.decode(DoctorReport.self, from: report.output).findings
            let wrong = findings.filter { $0.state != .ok && $0.check != "cluster" }
            guard report.status == 0, wrong.isEmpty else {
                throw ScenarioFailure("doctor on \(machine) ended with \(report.status): \(report.text)")
            }
        }
        try await lab.ctl("m1", ["mesh", "init", "guests"]).succeeded()
        for machine in hall.machines.dropFirst() {
            let token = try await hall.shell(
                "m1",
                "ployzctl machine invite create --ttl 15m --json | sed -n 's/.*\"token\" *: *\"\\([^\"]*\\)\".*/\\1/p'"
            )
            let word = token.trimmingCharacters(in: .whitespacesAndNewlines)
            try await lab.ctl(machine, ["mesh", "join", "--token", word]).succeeded()
        }
        let kernel = try await hall.shell("m1", "uname -r; zfs version | tail -n 1; wg show wg-ployz public-key >&2")
        var lines = kernel.split(separator: "\n").map(String.init)
        let units = try await hall.shell("m1", "systemctl list-units --no-legend --plain 'ployz*' | cut -d' ' -f1")
        lines.append("units: " + units.split(separator: "\n").joined(separator: ", "))
        let shop = try await Shop.deploy(in: lab, on: "m1", ballast: 24, readiness: 60, grace: 20)
        guard hall.machines.count > 1 else { return lines }
        for (from, to) in [("m1", "m2"), ("m2", "m1")] {
            let report = try await lab.move(shop.service, to: to, asking: from)
            lines.append(
                "\(from) to \(to): \(report.bytes) sent, downtime \(report.downtime.map { "\($0)" } ?? "-"), predicted "
                    + (report.predictedDowntime.map { "\($0.time)" } ?? "-")
            )
        }
        return lines
    }

    /// A power cut loses nothing that was acknowledged: it lay in the intent log, in no transaction group yet.
    static let powerCut = GuestCheck(
        "power-cut",
        "a machine whose power is cut starts its workload again, with every acknowledged write",
        isSmoke: true
    ) { hall in
        let lab = hall.lab
        let shop = try await Shop.running(in: lab)
        let home = try await lab.instances(of: shop.service).first?.machine.name.text ?? "m1"
        // The last seconds before the cut must be in no transaction group: those close every 5 s by themselves.
        try await hall.shell(home, "echo 60 >/sys/module/zfs/parameters/zfs_txg_timeout; zpool sync tank")
        let probe = try Probe.write(in: lab, from: home, to: shop.endpoint, name: "power-cut")
        try await Task.sleep(for: .seconds(8))
        try await lab.command(["reset", home]).succeeded()
        _ = try? await probe.stop()
        try await lab.wait(for: "\(shop.service) to answer", within: 60) {
            try await lab.run(home, lab.bounded(3, ["redis-cli", "-h", shop.address, "PING"])).text.hasPrefix("PONG")
        }
        let ledger = try await Probe.verify(in: lab, from: home, at: shop.endpoint, ledgers: [probe.ledger])
        guard ledger.acknowledged > 0, ledger.lost == 0 else {
            throw ScenarioFailure("\(ledger.lost) of \(ledger.acknowledged) acknowledged writes are lost")
        }
        return ["\(ledger.acknowledged) writes acknowledged before the cut, 0 lost"]
    }
}
