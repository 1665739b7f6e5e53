extension FaultCase {
    /// Other people's processes and commands: mounts that hold a volume, and the same command given again.
    static var bystanders: [FaultCase] {
        [
            FaultCase("MOUNT", "planned", "a mount namespace of somebody else lists the volume", ending: .refused).with
            {
                $0.strike = [.run(.source, hold)]
                $0.afterwards = [.run(.source, letGo)]
                $0.staysUp = true
                $0.codes = ["foreign-holder"]
                $0.isRepresentative = true
            },
            FaultCase("MOUNT", "late", "such a mount namespace is made when the cutover has begun", ending: .returned)
                .with {
                    $0.moment = .source("written perform stop")
                    $0.strike = [.run(.source, hold), .goOn, .awaitOutcome, .run(.source, letGo)]
                    $0.codes = ["volume-busy", "foreign-holder"]
                },
            FaultCase("F38", "twice", "the same command is given on three machines at once", ending: .migrated).with {
                $0.moment = .source("written perform preCopy")
                $0.strike = [
                    .other("the command is given on the others too") { try await $0.applyElsewhere() }, .goOn,
                ]
                $0.afterwards = [.other("all of them are one migration") { try await $0.expectOneMigration() }]
                $0.isRepresentative = true
            },
        ]
    }

    private static let hold = """
        setsid --fork unshare --mount --propagation private sh -c 'exec sleep 1234' >/dev/null 2>&1 </dev/null
        until pgrep -f '[s]leep 1234' >/dev/null; do sleep 0.05; done
        """

    private static let letGo = "pkill -f '[s]leep 1234'"
}
