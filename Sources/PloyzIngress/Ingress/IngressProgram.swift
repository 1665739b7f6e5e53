/// The proxy as ``IngressKeeper`` uses it: HAProxy on a machine, a made-up one in tests.
protocol IngressProgram: Sendable {
    var isInstalled: Bool { get }
    /// The digest of what runs; nil when nothing does.
    func loaded() async throws -> String?
    /// Has the files on disk checked by the program's own checker; nil when it finds nothing.
    func check(_ directory: IngressDirectory) async throws -> HAProxyComplaint?
    /// Starts the program with the files on disk, or has it read them anew. Connections that are open stay. nil when it
    /// runs with what is known by `digest`; else it goes on with what it had.
    func load(_ digest: String) async throws -> HAProxyComplaint?
    func stop() async throws
    func counters() async -> IngressCounters?
}
