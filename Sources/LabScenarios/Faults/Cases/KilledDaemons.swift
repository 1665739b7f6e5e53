extension FaultCase {
    /// The moments on the source at which its daemon, or all daemons, are struck: around every intent in the journal, and
    /// after every action. Before the commit everything leads back, after it forward.
    static let boundaries: [(place: String, moment: String, ending: Ending)] = [
        ("before-announce", "written perform announce", .returned),
        ("announced", "phase prepare", .returned),
        ("prepare", "written perform prepareTarget", .returned),
        ("pre-copy", "written perform preCopy", .returned),
        ("round", "round 1", .returned),
        ("arm", "written perform arm", .returned),
        ("before-stop", "unwritten perform stop", .returned),
        ("stop", "written perform stop", .returned),
        ("stopped", "stopped", .returned),
        ("last-delta", "round last", .returned),
        ("ready", "ready", .returned),
        ("before-commit", "unwritten perform commit", .returned),
        ("commit", "written perform commit", .returned),
        ("committed", "committed", .migrated),
        ("switched", "switched", .migrated),
        ("retire", "written settle retireSource", .migrated),
        ("conclude", "written settle conclude", .migrated),
    ]

    /// Boundaries at which the workload has not been stopped yet.
    static let running: Set<String> = [
        "before-announce", "announced", "prepare", "pre-copy", "round", "arm", "before-stop",
    ]

    /// The orders that a target obeys, struck before and after each.
    private static let orders: [(order: String, before: Ending, after: Ending)] = [
        ("prepare", .either, .either),
        ("ticket", .either, .either),
        ("start", .returned, .returned),
        ("settle", .migrated, .migrated),
    ]

    /// F31 to F34: kill -9 of ployzd.
    static var killedDaemons: [FaultCase] {
        killedSource + killedTarget + killedAsked + killedEverywhere
    }

    private static var killedSource: [FaultCase] {
        boundaries.map { place, moment, ending in
            FaultCase("F31", place, "the source's ployzd is killed at '\(moment)' and started again", ending: ending)
                .with {
                    $0.moment = .source(moment)
                    $0.strike = [.kill(.source, "ployzd"), .start(.source, "ployzd")]
                    $0.staysUp = running.contains(place)
                    $0.isRepresentative = ["stopped", "committed"].contains(place)
                }
        }
    }

    private static var killedTarget: [FaultCase] {
        orders.flatMap { order, before, after in
            [("before-\(order)", "before \(order)", before), ("after-\(order)", "after \(order)", after)]
        }.map { place, moment, ending in
            FaultCase("F32", place, "the target's ployzd is killed \(moment) and started again", ending: ending).with {
                $0.moment = .target(moment)
                $0.strike = [.kill(.target, "ployzd"), .start(.target, "ployzd")]
                $0.isRepresentative = ["before-start", "after-settle"].contains(place)
            }
        } + [
            FaultCase(
                "F32",
                "after-adopt",
                "the target's ployzd is killed when it has adopted the first receive",
                ending: .either
            )
            .with {
                $0.isFirstSend = true
                $0.moment = .target("after adopt")
                $0.strike = [.kill(.target, "ployzd"), .start(.target, "ployzd")]
            },
            FaultCase(
                "F32",
                "starting",
                "the target's ployzd is killed when its journal says 'starting'",
                ending: .returned
            )
            .with {
                $0.moment = .target("written target starting")
                $0.strike = [.kill(.target, "ployzd"), .start(.target, "ployzd")]
            },
            FaultCase(
                "F32",
                "while-away",
                "the target's ployzd is away from the start order until the source is back",
                ending: .returned
            ).with {
                $0.moment = .target("after start")
                $0.strike = [.kill(.target, "ployzd"), .await(servedOn: .source), .start(.target, "ployzd")]

            },
        ]
    }

    private static var killedAsked: [FaultCase] {
        [("pre-copy", "round 1"), ("stopped", "stopped"), ("committed", "committed")].map { place, moment in
            FaultCase(
                "F33",
                place,
                "the ployzd that was asked is killed when the source is at '\(moment)'",
                ending: .migrated
            ).with {
                $0.moment = .source(moment)
                $0.strike = [.kill(.founder, "ployzd"), .goOn, .last(1), .start(.founder, "ployzd")]
                $0.isRepresentative = place == "stopped"
            }
        }
    }

    private static var killedEverywhere: [FaultCase] {
        let places = ["prepare", "round", "stop", "ready", "commit", "committed", "switched"]
        return boundaries.filter { places.contains($0.place) }.map { place, moment, ending in
            FaultCase("F34", place, "every ployzd is killed at '\(moment)', and all are started again", ending: ending)
                .with {
                    $0.moment = .source(moment)
                    $0.strike = [.kill(.everyone, "ployzd"), .start(.everyone, "ployzd")]
                    $0.staysUp = running.contains(place)
                    $0.isRepresentative = place == "ready"
                }
        }
    }
}
