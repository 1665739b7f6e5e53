/// One thing that is done to the lab in a case: a fault, or what ends it.
package enum Deed: Sendable {
    case kill(Role, String)
    /// Starts a daemon of the lab again and waits until it answers.
    case start(Role, String)
    /// SIGSTOP and SIGCONT.
    case halt(Role, String)
    case resume(Role, String)
    /// The daemon that the moment stopped goes on.
    case goOn
    /// Power loss and boot.
    case reset(Role)
    /// No packet between the two.
    case cut(Role, Role)
    /// No packet between it and any other.
    case isolate(Role)
    /// So many packets in a thousand are lost between source and target.
    case lose(Int)
    /// What reaches the target, in megabits a second.
    case limit(Int)
    /// TCP connections to the port of the machine are reset.
    case sever(Role, Int)
    case freeze(Role)
    case thaw(Role)
    /// The pool's space is taken, all but so many MiB.
    case fill(Role, leaving: Int)
    /// Ends cuts, losses, limits, freezes and fills.
    case heal
    /// A shell script in the machine, which must succeed.
    case run(Role, String)
    /// Fresh random bytes in the second volume, so many MiB, as the workload would write them.
    case write(Int)
    /// An outage of a stated length, in seconds.
    case last(Int)
    /// Packets reach the workload on the machine alone, and it answers there. A sealed candidate may run elsewhere.
    case await(servedOn: Role)
    /// The store says how the migration ended; what is left to do elsewhere may still be.
    case awaitOutcome
    /// What no other deed says, in words and as it is done.
    case other(String, @Sendable (FaultPlay) async throws -> Void)
}
