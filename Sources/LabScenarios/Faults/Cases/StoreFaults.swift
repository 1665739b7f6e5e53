extension FaultCase {
    /// F39: the store does not answer. It has one member here, which is stopped, so there is no quorum.
    static var store: [FaultCase] {
        let cases: [(place: String, moment: String, ending: Ending, meanwhile: [Deed])] = [
            ("round", "round 1", .migrated, [.last(8)]),
            ("stopped", "stopped", .returned, [.await(servedOn: .source)]),
            ("ready", "ready", .either, [.last(8)]),
            ("commit", "written perform commit", .either, [.last(8)]),
            ("committed", "committed", .migrated, [.last(5)]),
        ]
        return cases.map { place, moment, ending, meanwhile in
            FaultCase("F39", place, "the store has no quorum from '\(moment)' on, and comes back", ending: ending).with
            {
                $0.moment = .source(moment)
                $0.strike = [.halt(.founder, "etcd"), .goOn] + meanwhile + [.resume(.founder, "etcd")]
                $0.staysUp = false
                $0.isRepresentative = ["round", "stopped"].contains(place)
            }
        } + [
            FaultCase("F39", "killed", "the store's process is killed while the workload stands still", ending: .either)
                .with {
                    $0.moment = .source("stopped")
                    $0.strike = [.kill(.founder, "etcd"), .goOn]
                }
        ]
    }
}
