import Foundation
import PloyzAPI
import PloyzMigration
import PloyzModel

extension GuestCheck {
    /// Where the guests' keys are: outside what belongs to Ployz.
    static let keyFile = "/etc/zfs/keys/volumes.key"

    /// Before Ployz is there: the parent of all volumes is encrypted, as an operator would do it.
    static func encryptRoot(in hall: GuestHall) async throws {
        let key = try await hall.shell("m1", "head -c 32 /dev/urandom | base64 -w 0")
        for machine in hall.machines {
            try await hall.shell(
                machine,
                """
                mkdir -p -m 700 /etc/zfs/keys
                umask 077
                echo \(key) | base64 -d >\(keyFile)
                zfs create -o encryption=aes-256-gcm -o keyformat=raw -o keylocation=file://\(keyFile) \
                    -o canmount=off -o mountpoint=none tank/ployz
                """
            )
        }
    }

    static let encryption = GuestCheck(
        "encryption",
        "encrypted volumes travel raw around a circle, with writes at each stop, and a target without the key is refused"
    ) { hall in
        let lab = hall.lab
        let shop = try await Shop.running(in: lab)
        var lines: [String] = []
        var ledgers: [URL] = []
        var home = try await lab.instances(of: shop.service).first?.machine.name.text ?? "m1"

        let last = hall.machines.last ?? "m3"
        try await hall.shell(last, "mv \(keyFile) \(keyFile).away; zfs list -H -o keystatus tank/ployz")
        let refused = try await lab.ctl(home, ["migrate", "preview", shop.service, "--to", last])
        try await hall.shell(last, "mv \(keyFile).away \(keyFile)")
        guard refused.status == 3, refused.errorText.contains("key-file-missing") else {
            throw ScenarioFailure("a target without the key was answered with \(refused.status): \(refused.errorText)")
        }
        lines.append("\(last) without the key file: refused, key-file-missing")

        for (number, target) in ["m2", "m3", "m1", "m3", "m2", "m1"].enumerated() where target != home {
            let probe = try Probe.write(in: lab, from: home, to: shop.endpoint, name: "sealed-\(number)")
            ledgers.append(probe.ledger)
            let ring = "/var/lib/ployz/volumes/shop/blob/data/ring"
            try await hall.shell(home, "dd if=/dev/urandom of=\(ring) bs=64k count=16 conv=fsync 2>&1")
            let report = try await lab.move(shop.service, to: target, asking: home)
            let seen = try await probe.stop()
            let ledger = try await Probe.verify(in: lab, from: target, at: shop.endpoint, ledgers: ledgers)
            guard ledger.lost == 0, ledger.acknowledged > 0 else {
                throw ScenarioFailure("\(ledger.lost) of \(ledger.acknowledged) writes are lost on \(target)")
            }
            let state = try await hall.shell(
                target,
                """
                zpool scrub -w tank
                zpool status -p tank | grep -q 'No known data errors'
                zfs get -H -o value encryption,encryptionroot,keystatus tank/ployz/shop/blob | paste -s -d ' '
                """,
                within: 120
            )
            guard state.hasPrefix("aes-256-gcm"), state.contains("available") else {
                throw ScenarioFailure("on \(target) the volume is \(state)")
            }
            lines.append(
                "\(home) to \(target): \(report.bytes) sent, downtime \(report.downtime.map { "\($0)" } ?? "-"),"
                    + " longest gap \(Int(seen.longestGap)) ms, \(ledger.acknowledged) writes acknowledged, 0 lost,"
                    + " scrub clean"
            )
            home = target
        }
        return lines
    }
}
