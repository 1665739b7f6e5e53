extension FaultCase {
    /// F08, F09, F13, F15, F22, F25: space, quotas, names and bases in the pools.
    static var pools: [FaultCase] {
        [
            FaultCase(
                "F08",
                "filled",
                "another tenant fills the target's pool in the middle of a first send",
                ending: .returned
            )
            .with {
                $0.isFirstSend = true
                $0.arrange = [.limit(80)]
                $0.moment = .sent(50)
                $0.strike = [.fill(.target, leaving: 2), .goOn]
                $0.staysUp = true
                $0.codes = ["volume-full"]
                $0.isRepresentative = true
            },
            FaultCase("F08", "full", "the target's pool is full beforehand", ending: .refused).with {
                $0.isFirstSend = true
                $0.strike = [.fill(.target, leaving: 10)]
                $0.staysUp = true
                $0.codes = ["not-enough-space"]
            },
            FaultCase("F09", "quota", "a quota above the target's volumes is smaller than they are", ending: .refused)
                .with {
                    $0.isFirstSend = true
                    $0.strike = [.run(.target, "zfs set quota=10M tank/ployz")]
                    $0.afterwards = [.run(.target, "zfs set quota=none tank/ployz")]
                    $0.staysUp = true
                    $0.codes = ["not-enough-space"]
                },
            FaultCase(
                "F13",
                "foreign",
                "the target has a dataset of the volume's name that is not ours",
                ending: .refused
            )
            .with {
                $0.isFirstSend = true
                $0.strike = [
                    .run(
                        .target,
                        """
                        zfs create -o mountpoint=/mnt/tank/strange tank/ployz/shop/blob
                        echo precious >/mnt/tank/strange/file
                        """
                    )
                ]
                $0.afterwards = [
                    .run(
                        .target,
                        """
                        grep -q precious /mnt/tank/strange/file
                        until zfs destroy tank/ployz/shop/blob; do sleep 0.1; done
                        """
                    )
                ]
                $0.staysUp = true
                $0.codes = ["foreign-dataset-on-target"]
            },
            FaultCase("F15", "names", "both sides have snapshots of one name and different GUIDs", ending: .migrated)
                .with {
                    $0.arrange = [.other("both sides have a copy") { try await $0.moveThereAndBack() }]
                    $0.afterwards = [
                        .other("the base was found by its GUID: next to nothing was sent") {
                            try await $0.expectSent(below: 2 << 20)
                        }
                    ]
                    $0.isCompared = true
                    $0.isRepresentative = true
                },
            FaultCase(
                "F22",
                "burst",
                "the workload writes 64 MiB between the last round and the stop",
                ending: .returned
            ).with {
                $0.options = ["--max-downtime", "1500ms"]
                $0.arrange = [.limit(80)]
                $0.moment = .source("written perform stop")
                $0.strike = [.write(64), .goOn]
                $0.codes = ["budget-overrun"]
                $0.isRepresentative = true
            },
            FaultCase(
                "F25",
                "second",
                "of two volumes' last deltas one does not fit into the target",
                ending: .returned
            ).with {
                $0.moment = .source("written perform stop")
                $0.strike = [
                    .write(32),
                    .run(
                        .target,
                        """
                        used=$(zfs get -Hp -o value used tank/ployz/shop/blob)
                        zfs set quota=$((used + 1048576)) tank/ployz/shop/blob
                        """
                    ), .goOn,
                ]
                $0.afterwards = [.run(.target, "zfs set quota=none tank/ployz/shop/blob")]
                $0.codes = ["volume-full"]

            },
        ]
    }
}
