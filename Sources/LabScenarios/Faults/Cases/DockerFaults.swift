extension FaultCase {
    /// SIGKILL of dockerd, and of the containerd below it, and their restart. A dockerd that starts again stops the
    /// containers that it finds running.
    static var docker: [FaultCase] {
        [("round", "round 1"), ("stop", "written perform stop"), ("ready", "ready"), ("committed", "committed")]
            .flatMap { place, moment in
                [("source", Role.source), ("target", Role.target)].map { side, role in
                    let ending: Ending = place == "committed" ? .migrated : .either
                    return FaultCase(
                        "DOCKER",
                        "\(side)-\(place)",
                        "the \(side)'s dockerd is killed at '\(moment)' and started again",
                        ending: ending
                    )
                    .with {
                        $0.moment = .source(moment)
                        $0.strike = [.kill(role, "dockerd"), .start(role, "dockerd"), .goOn]
                    }
                }
            } + [
                FaultCase(
                    "DOCKER",
                    "target-away",
                    "the target's dockerd is away when the candidate is to start",
                    ending: .returned
                )
                .with {
                    $0.moment = .target("before start")
                    $0.strike = [
                        .kill(.target, "dockerd"), .goOn, .await(servedOn: .source), .start(.target, "dockerd"),
                    ]
                    $0.isRepresentative = true
                },
                FaultCase(
                    "DOCKER",
                    "source-away",
                    "the source's dockerd is away when the workload is to stop",
                    ending: .either
                )
                .with {
                    $0.moment = .source("written perform stop")
                    $0.strike = [.kill(.source, "dockerd"), .goOn, .last(5), .start(.source, "dockerd")]
                },
            ]
    }
}
