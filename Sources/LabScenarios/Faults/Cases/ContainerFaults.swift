extension FaultCase {
    /// F26, F27, and a workload that will not stop.
    static var containers: [FaultCase] {
        [
            FaultCase("F26", "gone", "the candidate's container is gone when it is to start", ending: .returned).with {
                $0.moment = .target("before start")
                $0.strike = [.run(.target, "docker rm --force ployz.shop.redis.0"), .goOn]
            },
            FaultCase(
                "F26",
                "before-stop",
                "the candidate's container is gone before the workload stops",
                ending: .returned
            )
            .with {
                // The strike takes time, and must not be part of the gap.
                $0.moment = .source("written perform arm")
                $0.strike = [.run(.target, "docker rm --force ployz.shop.redis.0"), .goOn]
                $0.isCompared = true
                $0.isRepresentative = true
            },
            FaultCase(
                "F26",
                "containerd",
                "the target's containerd is away when the candidate is to start",
                ending: .returned
            )
            .with {
                $0.moment = .target("before start")
                $0.strike = [
                    .kill(.target, "containerd"), .goOn, .await(servedOn: .source), .start(.target, "containerd"),
                ]
            },
            FaultCase("F27", "never-ready", "the candidate runs and its port never answers", ending: .returned).with {
                $0.moment = .target("before start")
                $0.strike = [
                    .run(
                        .target,
                        """
                        pid=$(docker inspect --format '{{.State.Pid}}' ployz.shop.redis.0.sandbox)
                        nsenter --target "$pid" --net sh -ec '
                            nft add table inet block
                            nft add chain inet block input "{ type filter hook input priority 0; policy accept; }"
                            nft add rule inet block input tcp dport 6379 drop'
                        """
                    ), .goOn,
                ]
                $0.codes = ["not-ready"]
                $0.isRepresentative = true
            },
            FaultCase("STOP", "deaf", "the workload does not listen to its stop signal", ending: .migrated).with {
                $0.moment = .source("written perform stop")
                $0.strike = [
                    .run(.source, "kill -STOP $(docker inspect --format '{{.State.Pid}}' ployz.shop.redis.0)"), .goOn,
                ]
                $0.isRepresentative = true
            },
            FaultCase(
                "STOP",
                "immortal",
                "the workload cannot be stopped: it does not even die of a kill",
                ending: .returned
            )
            .with {
                $0.moment = .source("written perform stop")
                $0.strike = [
                    .run(.source, freezer("FROZEN")), .goOn, .awaitOutcome, .run(.source, freezer("THAWED")),
                ]
                $0.codes = ["stop-incomplete", "deadline-exceeded"]
            },
        ]
    }

    /// A frozen cgroup's processes take no signal, SIGKILL included (cgroup-v1/freezer-subsystem.rst).
    private static func freezer(_ state: String) -> String {
        """
        id=$(docker inspect --format '{{.Id}}' ployz.shop.redis.0)
        echo \(state) >"/sys/fs/cgroup/freezer/docker/$id/freezer.state"
        """
    }
}
