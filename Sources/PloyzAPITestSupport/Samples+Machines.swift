package import PloyzAPI
import PloyzMigration
import PloyzModel

/// What machines that leave, and are measured, look like.
extension Samples {
    package static let removal = removal(of: m2, isPreview: false)
    package static let removalPreview = removal(of: m2, isPreview: true)

    private static func removal(of machine: MachinePlace, isPreview: Bool) -> MachineRemoval {
        MachineRemoval(
            machine: machine,
            removedAt: isPreview ? nil : date,
            lostVolumes: [
                LostVolume(
                    volume: data,
                    size: ByteCount(5 << 30),
                    services: [redis],
                    lastCopy: LostVolume.Copy(
                        machine: m1,
                        snapshot: name { try SnapshotName("ployz-00000000000000aa-1-last") },
                        date: date
                    )
                ),
                LostVolume(volume: bulk, size: nil, services: [], lastCopy: nil),
            ],
            removedInstances: [instance],
            forgottenCopies: [name { try VolumeRef("shop/orders") }],
            endedMigrations: [operation]
        )
    }

    package static let roundTrips = RoundTripMatrix(rows: [
        RoundTripRow(
            from: m1,
            times: [
                RoundTripRow.Cell(to: m2, time: Microseconds(412)),
                RoundTripRow.Cell(to: m3, time: nil),
            ]
        ),
        RoundTripRow(
            from: m2,
            times: [
                RoundTripRow.Cell(to: m1, time: Microseconds(1530)),
                RoundTripRow.Cell(to: m3, time: nil),
            ]
        ),
        RoundTripRow(from: m3, times: nil),
    ])
}
