extension FaultCase {
    /// F35 and F36: every process and namespace of a machine is destroyed at once, and the machine boots.
    static var powerLoss: [FaultCase] { sourceLosesPower + targetLosesPower }

    private static var sourceLosesPower: [FaultCase] {
        let places = ["round", "stop", "stopped", "last-delta", "ready", "commit", "committed", "switched", "retire"]
        return boundaries.filter { places.contains($0.place) }.map { place, moment, ending in
            FaultCase("F35", place, "the source loses power at '\(moment)' and boots", ending: ending).with {
                $0.moment = .source(moment)
                $0.strike = [.reset(.source)]
                $0.isRepresentative = ["stopped", "committed"].contains(place)
            }
        }
    }

    /// The store goes down with the source.
    static var founderLosesPower: [FaultCase] {
        boundaries.filter { ["stopped", "commit", "committed"].contains($0.place) }.map { place, moment, ending in
            FaultCase(
                "F35",
                "founder-\(place)",
                "the source has the store too and loses power at '\(moment)'",
                ending: ending
            )
            .with {
                $0.direction = .fromFounder
                $0.moment = .source(moment)
                $0.strike = [.reset(.source)]
            }
        }
    }

    private static var targetLosesPower: [FaultCase] {
        [
            FaultCase("F36", "first-send", "the target loses power in the middle of a first receive", ending: .either)
                .with {
                    $0.isFirstSend = true
                    $0.arrange = [.limit(80)]
                    $0.moment = .sent(50)
                    $0.strike = [.reset(.target), .goOn]
                },
            FaultCase(
                "F36",
                "receive",
                "the target loses power in the middle of an incremental receive",
                ending: .either
            )
            .with {
                $0.fresh = 24
                $0.arrange = [.limit(80)]
                $0.moment = .sent(50)
                $0.strike = [.reset(.target), .goOn]
                $0.isRepresentative = true
            },
            FaultCase("F36", "stopped", "the target loses power while the workload stands still", ending: .returned)
                .with {
                    $0.moment = .source("stopped")
                    $0.strike = [.reset(.target), .goOn]
                },
            FaultCase(
                "F36",
                "start",
                "the target loses power when the candidate is ready, and its answer is lost",
                ending: .returned
            )
            .with {
                $0.moment = .target("after start")
                $0.strike = [.reset(.target)]
            },
            FaultCase("F36", "ready", "the target loses power between its answer and the commit", ending: .migrated)
                .with {
                    $0.moment = .source("ready")
                    $0.strike = [.reset(.target), .goOn]
                },
            FaultCase("F36", "committed", "the target loses power when it is committed", ending: .migrated).with {
                $0.moment = .source("committed")
                $0.strike = [.reset(.target), .goOn]

            },
            FaultCase("F36", "settled", "the target loses power when it has opened the candidate", ending: .migrated)
                .with {
                    $0.moment = .target("after settle")
                    $0.strike = [.reset(.target)]
                },
        ]
    }
}
