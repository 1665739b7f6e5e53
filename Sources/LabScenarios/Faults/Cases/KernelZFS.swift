import Foundation
import PloyzAPI
import PloyzMigration
import PloyzModel

/// F01, F02, F11, F12, F16 to F20: what the ZFS of the kernel can do, and zfs-fuse cannot.
extension FaultCase {
    static var kernelZFS: [FaultCase] {
        (cutOff + bases + shapes).map { $0.with { $0.kinds = [.vm] } }
    }

    private static let blob = "tank/ployz/shop/blob"
    private static let files = "/var/lib/ployz/volumes/shop/blob/data"

    // MARK: Streams that are cut off

    private static var cutOff: [FaultCase] {
        [
            FaultCase(
                "F01",
                "later",
                "a first send is cut off for good at 50 %, and a later migration goes on from there",
                ending: .migrated
            )
            .with {
                $0.isFirstSend = true
                $0.arrange = [.other("a first send is cut off") { try await $0.cutOffFirstSend() }]
                $0.afterwards = [
                    .other("what had arrived was not sent again") { play in
                        try await play.expectSent(below: play.size(of: blob, on: play.target) * 8 / 10)
                    }
                ]
            },
            FaultCase(
                "F02",
                "ten",
                "a first send is cut ten times, while a pruner destroys what it can and takes snapshots of its own",
                ending: .migrated
            )
            .with {
                $0.isFirstSend = true
                $0.arrange = [.limit(8), .run(.source, pruner(takingSnapshotsOf: blob))]
                $0.moment = .sent(1)
                $0.strike = [.goOn, .other("ten cuts") { try await $0.cutTenTimes() }, .heal]
                $0.afterwards = [.run(.source, endOfPruner)]
                $0.whenFailed = [.run(.source, endOfPruner)]
            },
            FaultCase(
                "F12",
                "gone",
                "the snapshot that a cut-off stream was of is destroyed before the next migration",
                ending: .migrated
            )
            .with {
                $0.isFirstSend = true
                $0.arrange = [
                    .other("a first send is cut off") { try await $0.cutOffFirstSend() }, .run(.source, destroyOurs),
                ]
            },
        ]
    }

    /// Destroys every snapshot of ours whose holds it has released: what no tool does by itself, and an operator may.
    private static let destroyOurs = """
        for snapshot in $(zfs list -H -r -t snapshot -o name tank/ployz/shop | grep @ployz-); do
            for tag in $(zfs holds -H "$snapshot" | cut -f2); do zfs release "$tag" "$snapshot"; done
            zfs destroy "$snapshot"
        done
        """

    // MARK: Bases

    private static var bases: [FaultCase] {
        [
            FaultCase("F11", "bookmark", "the source's snapshots of the bases are destroyed", ending: .migrated)
                .with {
                    $0.arrange = [
                        .other("both sides have a copy") { try await $0.moveThereAndBack() },
                        .run(.source, destroyOurs),
                    ]
                    $0.afterwards = [
                        .other("a bookmark was the base: next to nothing was sent") {
                            try await $0.expectSent(below: 2 << 20)
                        }
                    ]
                },
            FaultCase(
                "F16",
                "recordsize",
                "the records of a volume grow to 1 MiB after its first send",
                ending: .migrated
            )
            .with {
                $0.fresh = 8
                $0.arrange = [
                    .other("both sides have a copy") { try await $0.moveThereAndBack() },
                    .run(.source, "zfs set recordsize=1M \(blob)"), .write(8),
                ]
                $0.afterwards = [
                    .run(.target, "zfs get -H -o value,source recordsize \(blob) | grep -q '1M.*local'"),
                    .other("the way back is refused by name") { try await $0.expectRefusedWayBack() },
                    .run(.target, "zfs inherit recordsize \(blob)"),
                ]
                $0.tidying = [.other("what is told helps") { try await $0.putCopyOutOfTheWay() }]
            },
        ]
    }

    // MARK: Volumes of unusual shape

    private static var shapes: [FaultCase] {
        [
            FaultCase(
                "F17",
                "raw",
                "an encrypted volume with a tree of every kind travels there and back, with writes at each stop",
                ending: .migrated
            )
            .with { $0.arrange = [.other("it is whole") { try await $0.moveEncrypted() }] },
            FaultCase(
                "F20",
                "tree",
                "a volume has holes, links, attributes, access lists and owners of every kind",
                ending: .migrated
            )
            .with {
                $0.arrange = [
                    .run(.source, "lab-probe tree-make \(files)/tree; lab-probe tree-hash \(files)/tree >/root/tree")
                ]
                $0.afterwards = [
                    .other("the tree is the same") { try await $0.compareTrees(files + "/tree") },
                    .run(.target, "rm -rf \(files)/tree"),
                ]
            },
            FaultCase("F18", "records", "a volume has records of 16 MiB", ending: .migrated).with {
                $0.arrange = [
                    .run(.everyone, "echo 16777216 >/sys/module/zfs/parameters/zfs_max_recordsize"),
                    .run(.source, "zfs set recordsize=16M \(blob)"), .write(48),
                ]
                $0.afterwards = [.run(.target, "zfs inherit recordsize \(blob)")]
                // It takes nothing back, as F16 shows.
                $0.tidying = [.other("an operator destroys the copy") { try await $0.forgetCopies(on: $0.source) }]
            },
            FaultCase(
                "F19",
                "clone",
                "a volume is a clone of a dataset that is not ours, and its older snapshots are there",
                ending: .migrated
            )
            .with {
                // A promotion takes the bases away.
                $0.isFirstSend = true
                $0.arrange = [
                    .run(
                        .source,
                        """
                        zfs snapshot \(blob)@origin
                        zfs clone -o canmount=off -o mountpoint=none \(blob)@origin tank/origin
                        zfs promote tank/origin
                        [ "$(zfs get -H -o value origin \(blob))" = tank/origin@origin ]
                        """
                    )
                ]
                $0.afterwards = [
                    .run(.source, "[ \"$(zfs get -H -o value origin \(blob))\" = tank/origin@origin ]"),
                    .run(.target, "[ \"$(zfs get -H -o value origin \(blob))\" = - ]"),
                ]
                $0.tidying = [.run(.source, "zfs promote \(blob) && zfs destroy tank/origin")]
            },
        ]
    }
}

extension FaultPlay {
    fileprivate func size(of dataset: String, on machine: String) async throws -> UInt64 {
        let get = ["zfs", "get", "-H", "-p", "-o", "value", "referenced", dataset]
        let text = try await stage.lab.run(machine, get).succeeded().text
        return UInt64(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    }

    /// A migration of its own, whose stream is cut in the middle and stays so until it gives up.
    fileprivate func cutOffFirstSend() async throws {
        let lab = stage.lab
        let half = FaultStage.ballast << 19
        let known = Set((try await stage.migrations() ?? []).map(\.operation))
        try await perform([.limit(80)])
        try await stage.lab.arm("progress \(half)", on: source)
        let apply = ["ployzctl", "migrate", "apply", stage.shop.service, "--to", target, "--stall-limit", "4s"]
        async let result = lab.run(FaultStage.founder, lab.bounded(200, apply))
        try await stage.lab.waitUntilStopped(source, at: "progress \(half)")
        try await lab.command(["sever", target, "4319"]).succeeded()
        try await lab.command(["kill", source, "ployzd", "--signal", "CONT"]).succeeded()
        _ = try await waitUntilEnded(beside: known)
        guard try await result.status != 0 else { throw ScenarioFailure("the first send was not cut off") }
        try await lab.command(["heal"]).succeeded()
        let token = "zfs get -H -r -o value receive_resume_token tank/ployz/.staging | grep -v '^-$'"
        try await lab.run(target, ["sh", "-c", token]).succeeded()
    }

    /// A file that was written anew with larger records has small ones on the target, and OpenZFS takes no changes to it
    /// back. The migration fails by name.
    fileprivate func expectRefusedWayBack() async throws {
        let lab = stage.lab
        let service = stage.shop.service
        let file = "/var/lib/ployz/volumes/shop/blob/data/fresh"
        let words = ["dd", "if=/dev/urandom", "of=\(file)", "bs=1M", "count=1", "conv=notrunc,fsync"]
        try await lab.run(target, words).succeeded()
        let apply = lab.bounded(200, ["ployzctl", "migrate", "apply", service, "--to", source, "--json"])
        let result = try await lab.run(FaultStage.founder, apply)
        guard result.status == 1, (result.text + result.errorText).contains("records-differ") else {
            throw ScenarioFailure("the way back ended with \(result.status): \(result.errorText)")
        }
    }

    /// What the refusal tells to do: the way back then sends all of the volume.
    fileprivate func putCopyOutOfTheWay() async throws {
        let lab = stage.lab
        let service = stage.shop.service
        try await lab.run(source, ["zfs", "rename", "tank/ployz/shop/blob", "tank/blob-before"]).succeeded()
        try await lab.move(service, to: source)
        try await lab.move(service, to: target)
        let destroy = """
            for snapshot in $(zfs list -H -r -t snapshot -o name tank/blob-before); do
                for tag in $(zfs holds -H "$snapshot" | cut -f2); do zfs release "$tag" "$snapshot"; done
            done
            zfs destroy -r tank/blob-before
            """
        try await lab.run(source, ["sh", "-ec", destroy]).succeeded()
    }

    /// Each time the stream gets a little further: an emulated guest needs some seconds for a ticket and a connection. It is
    /// slow enough to be the first send still at the tenth cut: one that hits the last delta takes the workload back.
    fileprivate func cutTenTimes() async throws {
        for _ in 0..<10 {
            try await perform([.sever(.target, 4319), .last(1), .heal, .limit(2), .last(10)])
        }
    }

    fileprivate func compareTrees(_ path: String) async throws {
        let before = try await stage.lab.run(source, ["cat", "/root/tree"]).succeeded().text
        let after = try await stage.lab.run(target, ["lab-probe", "tree-hash", path]).succeeded().text
        guard before == after, !before.isEmpty else { throw ScenarioFailure("the tree was \(before), and is \(after)") }
    }

    /// A service of its own, whose namespace an operator has made encrypted on both machines.
    fileprivate func moveEncrypted() async throws {
        let lab = stage.lab
        let key = try await lab.run(source, ["sh", "-c", "head -c 32 /dev/urandom | base64 -w 0"]).succeeded().text
        let make = """
            [ -e /root/vault.key ] && exit 0
            (umask 077; echo \(key) | base64 -d >/root/vault.key)
            zfs create -o encryption=aes-256-gcm -o keyformat=raw -o keylocation=file:///root/vault.key \
                -o canmount=off -o mountpoint=none -o ployz:kind=namespace tank/ployz/vault
            """
        for machine in [source, target] { try await lab.run(machine, ["sh", "-ec", make]).succeeded() }
        let vault = try await Shop.deploy(
            in: lab,
            on: source,
            namespace: "vault",
            ballast: 8,
            readiness: 10 * lab.kind.patience,
            grace: 5 * lab.kind.patience
        )
        let tree = "/var/lib/ployz/volumes/vault/blob/data/tree"
        try await lab.run(source, ["sh", "-ec", "rm -rf \(tree); lab-probe tree-make \(tree)"]).succeeded()
        let made = try await lab.run(source, ["lab-probe", "tree-hash", tree]).succeeded().text
        var ledgers: [URL] = []
        for (from, to) in [(source, target), (target, source), (source, target), (target, source)] {
            let probe = try Probe.write(in: lab, from: from, to: vault.endpoint, name: "vault-\(ledgers.count)")
            ledgers.append(probe.ledger)
            try await lab.move(vault.service, to: to)
            _ = try await probe.stop()
            let ledger = try await Probe.verify(in: lab, from: to, at: vault.endpoint, ledgers: ledgers)
            let scrub = "zpool scrub -w tank; zpool status tank | grep 'No known data errors'"
            try await lab.run(to, ["sh", "-c", scrub]).succeeded()
            guard ledger.lost == 0, ledger.acknowledged > 0 else {
                throw ScenarioFailure("\(ledger.lost) of \(ledger.acknowledged) encrypted writes are lost")
            }
            let arrived = try await lab.run(to, ["lab-probe", "tree-hash", tree]).succeeded().text
            guard arrived == made else { throw ScenarioFailure("the tree was \(made), and is \(arrived) on \(to)") }
        }
    }
}
