/// How long the engine waits for an answer before it goes on without one.
package struct MigrationLimits: Hashable, Sendable {
    /// For one call to the store.
    package var store: Duration
    /// For one call to the target that starts nothing and sends nothing.
    package var peer: Duration
    /// For the target's preparation: containers are made on it while the workload runs on the source, so a slow machine has
    /// time.
    package var prepare: Duration
    /// For one local command; added to the grace period for a stop.
    package var local: Duration
    /// For everything but the readiness in a start on the target.
    package var start: Duration
    /// How long nothing of an image may be acknowledged, at least: Docker writes it out whole before its first byte, and
    /// unpacks it after its last.
    package var image: Duration
    /// How long one run keeps asking a store that does not answer after a commit was sent.
    package var undecided: Duration
    /// How long a cutover that has not begun waits for a store that does not answer; the workload runs meanwhile.
    package var storeAway: Duration
    /// How long a target keeps a candidate running that nobody asks about.
    package var candidate: Duration
    /// How long no connection may have been begun with a source that was replaced while it ran, before it is stopped:
    /// other machines follow within it, and requests that are under way end.
    package var linger: Duration
    /// For the other machines to say that they hold new connections; one that does not answer is not waited for.
    package var follow: Duration
    /// How long no connection of a workload may have begun or ended, when new ones wait already, before it is stopped; and
    /// how long this is waited for at most. Clients wait as long.
    package var quiet: Duration
    package var drain: Duration
    /// Tries of an undo or of a step after the commit, in one run; what still fails is left to the next.
    package var tries: Int

    package init(
        store: Duration = .seconds(10),
        peer: Duration = .seconds(30),
        prepare: Duration = .seconds(110),
        local: Duration = .seconds(30),
        start: Duration = .seconds(30),
        image: Duration = .seconds(900),
        undecided: Duration = .seconds(60),
        storeAway: Duration = .seconds(300),
        candidate: Duration = .seconds(300),
        linger: Duration = .seconds(1),
        follow: Duration = .milliseconds(300),
        quiet: Duration = .milliseconds(20),
        drain: Duration = .milliseconds(250),
        tries: Int = 5
    ) {
        self.store = store
        self.peer = peer
        self.prepare = prepare
        self.local = local
        self.start = start
        self.image = image
        self.undecided = undecided
        self.storeAway = storeAway
        self.candidate = candidate
        self.linger = linger
        self.follow = follow
        self.quiet = quiet
        self.drain = drain
        self.tries = tries
    }
}
