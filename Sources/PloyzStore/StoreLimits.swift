/// How long the store may take and how much it may answer.
package struct StoreLimits: Hashable, Sendable {
    /// Until a connection is open, TLS included.
    package var connect: Duration
    /// For one call to one endpoint.
    package var attempt: Duration
    /// For one read at one endpoint when there are others.
    package var attemptOfMany: Duration
    /// For a call in all, over every endpoint that is tried.
    package var call: Duration
    /// For a watch on which nothing arrives: the members of ours send a sign of life every five seconds.
    package var watchSilence: Duration
    /// The most bytes of an answer.
    package var answerBytes: Int

    package init(
        connect: Duration = .seconds(2),
        attempt: Duration = .seconds(3),
        attemptOfMany: Duration = .milliseconds(1500),
        call: Duration = .seconds(5),
        watchSilence: Duration = .seconds(20),
        answerBytes: Int = 64 << 20
    ) {
        self.connect = connect
        self.attempt = attempt
        self.attemptOfMany = attemptOfMany
        self.call = call
        self.watchSilence = watchSilence
        self.answerBytes = answerBytes
    }
}
