/// What every machine's ingress is made with.
package struct IngressSettings: Hashable, Sendable {
    /// Where HTTP routes answer, 1 to 65535.
    package var httpPort: Int
    /// How long a new connection or request waits for its service, in seconds; 3 to 600.
    package var wait: Int
    /// The user that the worker runs as; nil leaves it root.
    package var user: String?

    package init(httpPort: Int = 80, wait: Int = 30, user: String? = nil) {
        self.httpPort = httpPort
        self.wait = wait
        self.user = user
    }

    /// Seconds that one try to connect may take: two of the kernel's transmissions.
    static let attempt = 3

    /// Tries after the first. A try that is not answered takes ``attempt``, one that is refused 1 s (`retries` in
    /// HAProxy's manual), so this many make up the whole wait in the first case and a third of it in the second.
    var retries: Int { max(1, wait / Self.attempt - 1) }
}
