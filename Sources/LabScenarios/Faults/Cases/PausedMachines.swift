extension FaultCase {
    /// Machines that stand still for 15 s, all their processes at once, and go on as if nothing had happened.
    static var pauses: [FaultCase] {
        let pause: [Deed] = [.goOn, .last(15)]
        return [
            FaultCase(
                "FREEZE",
                "source-stopped",
                "the source is paused while its workload stands still",
                ending: .either
            ).with {
                $0.moment = .source("stopped")
                $0.strike = [.freeze(.source)] + pause + [.thaw(.source)]
            },
            FaultCase("FREEZE", "source-commit", "the source is paused when it is about to commit", ending: .either)
                .with {
                    $0.moment = .source("written perform commit")
                    $0.strike = [.freeze(.source)] + pause + [.thaw(.source)]

                },
            FaultCase("FREEZE", "source-committed", "the source is paused when it has committed", ending: .migrated)
                .with {
                    $0.moment = .source("committed")
                    $0.strike = [.freeze(.source), .goOn, .await(servedOn: .target), .last(10), .thaw(.source)]
                },
            FaultCase(
                "FREEZE",
                "target-start",
                "the target is paused when the candidate is to start; the source does not wait",
                ending: .returned
            )
            .with {
                $0.options = ["--max-downtime", "5s"]
                $0.moment = .target("before start")
                $0.strike = [.freeze(.target), .goOn, .await(servedOn: .source), .last(10), .thaw(.target)]
                $0.isRepresentative = true
            },
            FaultCase(
                "FREEZE",
                "target-ready",
                "the target is paused with a candidate that is ready, and wakes up after the source is back",
                ending: .returned
            )
            .with {
                $0.options = ["--max-downtime", "5s"]
                $0.moment = .target("after start")
                $0.strike = [.freeze(.target), .goOn, .await(servedOn: .source), .last(10), .thaw(.target)]
            },
            FaultCase("FREEZE", "target-committed", "the target is paused when it is committed", ending: .migrated).with
            {
                $0.moment = .source("committed")
                $0.strike = [.freeze(.target)] + pause + [.thaw(.target)]
            },
            FaultCase(
                "FREEZE",
                "store-commit",
                "the machine with the store is paused when the source is about to commit",
                ending: .either
            )
            .with {
                $0.moment = .source("written perform commit")
                $0.strike = [.freeze(.founder)] + pause + [.thaw(.founder)]
            },
        ]
    }
}
