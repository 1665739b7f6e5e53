extension FaultCase {
    /// Daemons that are away, or come back and know less than the store.
    static var stale: [FaultCase] {
        [
            FaultCase("ABSENT", "target", "the target's ployzd does not run", ending: .refused).with {
                $0.strike = [.kill(.target, "ployzd")]
                $0.afterwards = []
                $0.staysUp = true
                $0.codes = ["target-unreachable"]
                $0.revival = [.start(.target, "ployzd")]
            },
            FaultCase("ABSENT", "source", "the source's ployzd does not run", ending: .returned).with {
                $0.strike = [.kill(.source, "ployzd")]
                $0.staysUp = true
                $0.codes = ["peer-unreachable"]
                $0.revival = [.start(.source, "ployzd")]
            },
            FaultCase(
                "STALE",
                "source",
                "the source's ployzd comes back after the commit and hears nobody",
                ending: .migrated
            ).with {
                $0.moment = .source("committed")
                $0.strike = [
                    .kill(.source, "ployzd"), .isolate(.source), .start(.source, "ployzd"), .await(servedOn: .target),
                    .last(5), .heal,
                ]
                $0.isRepresentative = true
            },
            FaultCase("STALE", "source-boots", "the source boots after the commit and hears nobody", ending: .migrated)
                .with {
                    $0.moment = .source("committed")
                    $0.strike = [.isolate(.source), .reset(.source), .await(servedOn: .target), .last(5), .heal]

                },
            FaultCase(
                "STALE",
                "target",
                "the target's ployzd comes back with a candidate that is ready and hears nobody",
                ending: .returned
            )
            .with {
                $0.moment = .target("after start")
                $0.strike = [
                    .kill(.target, "ployzd"), .isolate(.target), .start(.target, "ployzd"), .await(servedOn: .source),
                    .heal,
                ]
            },
            FaultCase(
                "STALE",
                "target-committed",
                "the target's ployzd comes back after the commit and hears nobody",
                ending: .migrated
            )
            .with {
                $0.moment = .source("committed")
                $0.strike = [
                    .kill(.target, "ployzd"), .isolate(.target), .goOn, .start(.target, "ployzd"), .last(5), .heal,
                ]
            },
        ]
    }
}
