/// How a probe runs.
package struct ProbeSettings: Sendable {
    package var identifier: String
    package var endpoint: Endpoint
    /// Milliseconds from the start of one attempt to the start of the next, when the first is over by then.
    package var interval: Int
    /// Seconds after which the probe ends; nil leaves it to SIGTERM or SIGINT.
    package var duration: Double?
    /// Milliseconds for the connection.
    package var connectTimeout: Int
    /// Milliseconds for the whole attempt, the connection included.
    package var timeout: Int
    /// A file for gaps of more than 50 ms, one JSON document a line.
    package var gapFile: String?
    /// A file for acknowledged attempts.
    package var ledgerFile: String?

    package init(
        identifier: String,
        endpoint: Endpoint,
        interval: Int,
        duration: Double?,
        connectTimeout: Int,
        timeout: Int,
        gapFile: String?,
        ledgerFile: String?
    ) {
        self.identifier = identifier
        self.endpoint = endpoint
        self.interval = interval
        self.duration = duration
        self.connectTimeout = connectTimeout
        self.timeout = timeout
        self.gapFile = gapFile
        self.ledgerFile = ledgerFile
    }
}
