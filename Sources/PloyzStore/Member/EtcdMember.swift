import PloyzMigration
package import PloyzModel

/// A member of the cluster store on this machine: from what it is to the command that runs it.
///
/// It listens on the management address only, so that an etcd of the distribution on the loopback address is left alone.
/// Everything but its data is in its arguments.
package struct EtcdMember: Hashable, Sendable {
    package static let clientPort = StoreEndpoint.port
    package static let peerPort = 2380
    /// Room for the data: etcd stops writing above it (`--quota-backend-bytes`). Records are a few kilobytes each.
    package static let quota = ByteCount.mebibytes(512)

    /// How the member finds the others.
    package enum Beginning: Hashable, Sendable {
        /// The first member of a new store.
        case founding
        /// A member that the others have been told of; the machines and their management addresses, this one's too.
        case joining([MachineID: String])
    }

    package let machine: MachineID
    package let cluster: ClusterID
    /// An IPv6 or IPv4 address without brackets.
    package let managementAddress: String
    /// An absolute path; etcd makes it with mode 0700.
    package let dataDirectory: String
    package let credentials: StoreCredentials
    package let beginning: Beginning
    /// The authority's list of revocations, in DER, which must be there when the member starts: it is read at each
    /// handshake. nil for none.
    package let revocationListPath: String?
    package let clientPort: Int
    package let peerPort: Int

    package init(
        machine: MachineID,
        cluster: ClusterID,
        managementAddress: String,
        dataDirectory: String,
        credentials: StoreCredentials,
        beginning: Beginning,
        revocationListPath: String? = nil,
        clientPort: Int = Self.clientPort,
        peerPort: Int = Self.peerPort
    ) {
        self.machine = machine
        self.cluster = cluster
        self.managementAddress = managementAddress
        self.dataDirectory = dataDirectory
        self.credentials = credentials
        self.beginning = beginning
        self.revocationListPath = revocationListPath
        self.clientPort = clientPort
        self.peerPort = peerPort
    }

    package var endpoint: StoreEndpoint { StoreEndpoint(host: managementAddress, port: clientPort) }

    /// The program and its arguments (etcd 3.4, `etcd --help`).
    package var command: [String] {
        let client = "\(endpoint)"
        let peer = Self.peerURL(managementAddress, port: peerPort)
        return [
            "etcd",
            "--name=\(machine)",
            "--data-dir=\(dataDirectory)",
            "--listen-client-urls=\(client)",
            "--advertise-client-urls=\(client)",
            "--listen-peer-urls=\(peer)",
            "--initial-advertise-peer-urls=\(peer)",
            "--initial-cluster=\(initialCluster)",
            "--initial-cluster-state=\(beginning == .founding ? "new" : "existing")",
            "--initial-cluster-token=\(cluster)",
            "--client-cert-auth",
            "--trusted-ca-file=\(credentials.authorityPath)",
            "--cert-file=\(credentials.certificatePath)",
            "--key-file=\(credentials.keyPath)",
            "--peer-client-cert-auth",
            "--peer-trusted-ca-file=\(credentials.authorityPath)",
            "--peer-cert-file=\(credentials.certificatePath)",
            "--peer-key-file=\(credentials.keyPath)",
            // Watchers that are cut off for less than this go on where they were.
            "--auto-compaction-mode=periodic",
            "--auto-compaction-retention=1h",
            "--quota-backend-bytes=\(Self.quota.bytes)",
            "--max-txn-ops=\(StoreTransaction.maximumOperations)",
            // A watch without changes still shows that its member lives.
            "--experimental-watch-progress-notify-interval=5s",
            "--logger=zap",
            "--log-level=warn",
            "--log-outputs=stderr",
        ] + revocations
    }

    private var revocations: [String] {
        revocationListPath.map { ["--client-crl-file=\($0)", "--peer-crl-file=\($0)"] } ?? []
    }

    private var initialCluster: String {
        let members =
            switch beginning {
            case .founding: [machine: managementAddress]
            case .joining(let members): members
            }
        return members.sorted { $0.key < $1.key }
            .map { "\($0.key)=\(Self.peerURL($0.value, port: peerPort))" }
            .joined(separator: ",")
    }

    private static func peerURL(_ host: String, port: Int) -> String {
        StoreEndpoint(host: host, port: port).description
    }
}
