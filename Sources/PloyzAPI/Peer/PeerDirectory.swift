import PloyzModel

/// The clients of the other machines' daemons, one for each machine, so that connections are kept between operations.
package actor PeerDirectory {
    private let credentials: TransportCredentials
    private var clients: [MachineID: PeerClient] = [:]
    private var retired: [PeerClient] = []
    private var isShutDown = false

    package init(credentials: TransportCredentials) { self.credentials = credentials }

    /// The client of a machine; a new one when the machine's address has changed.
    ///
    /// - Throws: `CancellationError` after ``shutDown()``, and when the credentials are malformed.
    package func client(for target: PeerTarget) throws -> PeerClient {
        guard !isShutDown else { throw CancellationError() }
        if let client = clients[target.machine] {
            if client.target == target { return client }
            // Calls on the old address may still be under way: its connections are closed with all others.
            retired.append(client)
        }
        let client = try PeerClient(target, credentials: credentials)
        clients[target.machine] = client
        return client
    }

    /// Closes every connection; must be called before the directory is dropped.
    package func shutDown() async throws {
        isShutDown = true
        let all = Array(clients.values) + retired
        clients = [:]
        retired = []
        for client in all { try await client.shutDown() }
    }
}
