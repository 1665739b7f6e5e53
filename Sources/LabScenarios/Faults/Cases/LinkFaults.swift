extension FaultCase {
    /// F01, F03, F41 to F43, and loss: what can happen to the links between machines.
    static var links: [FaultCase] { cutStreams + blackHoles + lossyLinks + partitions + sourceCutOff + targetCutOff }

    /// A stream's port: connections to it alone are reset.
    private static let streamPort = 4319
    private static let stall = ["--stall-limit", "4s"]

    private static var cutStreams: [FaultCase] {
        [1, 50, 99].map { percent in
            FaultCase(
                "F01",
                "\(percent)",
                "the stream's connection is reset at \(percent) % of a first send",
                ending: .migrated
            )
            .with {
                $0.isFirstSend = true
                $0.options = stall
                $0.arrange = [.limit(80)]
                $0.moment = .sent(percent)
                $0.strike = [.sever(.target, streamPort), .goOn, .last(1), .heal]
                $0.isRepresentative = percent == 50
            }
        } + [
            FaultCase(
                "F01",
                "for-good",
                "the stream's connections are reset until the migration gives up",
                ending: .returned
            )
            .with {
                $0.fresh = 16
                $0.options = stall
                $0.arrange = [.limit(80)]
                $0.moment = .sent(50)
                $0.strike = [.sever(.target, streamPort), .goOn]
                $0.staysUp = true
            }
        ]
    }

    private static var blackHoles: [FaultCase] {
        [1, 50, 99].map { percent in
            FaultCase(
                "F03",
                "\(percent)",
                "the link swallows everything for 7 s at \(percent) % of a send",
                ending: .either
            )
            .with {
                $0.fresh = 16
                $0.options = stall
                $0.arrange = [.limit(80)]
                $0.moment = .sent(percent)
                $0.strike = [.cut(.source, .target), .goOn, .last(7), .heal]
                $0.isRepresentative = percent == 50
            }
        } + [
            FaultCase("F03", "for-good", "the link swallows everything until the migration gives up", ending: .returned)
                .with {
                    $0.fresh = 16
                    $0.options = stall
                    $0.arrange = [.limit(80)]
                    $0.moment = .sent(50)
                    $0.strike = [.cut(.source, .target), .goOn, .awaitOutcome, .heal]
                    $0.staysUp = true
                    $0.codes = ["transfer-stalled", "peer-unreachable", "deadline-exceeded", "transfer-broken"]

                }
        ]
    }

    private static var lossyLinks: [FaultCase] {
        [1, 50, 99].map { percent in
            FaultCase(
                "LOSS",
                "\(percent)",
                "from \(percent) % of a send on, one packet in a hundred is lost",
                ending: .migrated
            )
            .with {
                $0.fresh = 16
                $0.arrange = [.limit(80)]
                $0.moment = .sent(percent)
                $0.strike = [.lose(10), .goOn]
                $0.isRepresentative = percent == 1
            }
        }
    }

    /// Source and target do not hear each other; both hear the store.
    private static var partitions: [FaultCase] {
        let cases: [(place: String, moment: String, ending: Ending, server: Role)] = [
            ("round", "round 1", .returned, .source), ("stopped", "stopped", .returned, .source),
            ("ready", "ready", .migrated, .target), ("committed", "committed", .migrated, .target),
        ]
        return cases.map { place, moment, ending, server in
            FaultCase(
                "F41",
                place,
                "source and target are parted at '\(moment)', and both hear the store",
                ending: ending
            )
            .with {
                $0.options = stall
                $0.moment = .source(moment)
                $0.strike = [.cut(.source, .target), .goOn]
                $0.strike += place == "round" ? [.awaitOutcome] : []
                $0.strike += [.await(servedOn: server), .heal]
                $0.staysUp = place == "round"
                $0.isRepresentative = place == "stopped"
            }
        }
    }

    private static var sourceCutOff: [FaultCase] {
        [
            ("round", "round 1", Ending.either, [Deed.last(8)]),
            ("stopped", "stopped", .returned, [.await(servedOn: .source)]),
            ("ready", "ready", .either, [.last(8)]),
            ("commit", "written perform commit", .either, [.last(8)]),
            ("committed", "committed", .migrated, [.await(servedOn: .target), .last(3)]),
        ].map { place, moment, ending, meanwhile in
            FaultCase(
                "F42",
                place,
                "the source is cut off from everybody at '\(moment)' and comes back",
                ending: ending
            )
            .with {
                $0.options = stall
                $0.moment = .source(moment)
                $0.strike = [.isolate(.source), .goOn] + meanwhile + [.heal]
                $0.isRepresentative = place == "commit"
            }
        }
    }

    private static var targetCutOff: [FaultCase] {
        [
            ("round", "round 1", Ending.either, [Deed.last(8)]),
            ("stopped", "stopped", .returned, [.await(servedOn: .source)]),
            ("start", "round last", .returned, [.await(servedOn: .source)]),
            ("ready", "ready", .migrated, [.last(8)]),
            ("committed", "committed", .migrated, [.last(8)]),
        ].map { place, moment, ending, meanwhile in
            FaultCase(
                "F43",
                place,
                "the target is cut off from everybody at '\(moment)' and comes back",
                ending: ending
            )
            .with {
                $0.options = stall
                $0.moment = .source(moment)
                $0.strike = [.isolate(.target), .goOn] + meanwhile + [.heal]
                $0.isRepresentative = place == "stopped"
            }
        }
    }
}
