import PloyzModel
import PloyzTransfer
import PloyzTrust

/// What `ployzd` is told by its configuration file, by the environment, or by default. The keys are documented in
/// `docs/configuration.md`.
struct DaemonConfiguration: Hashable, Sendable, Codable {
    /// The machine's name; the host name unless told.
    var name: MachineName
    /// Addresses under which other machines reach this one outside the overlay; the first is used.
    var underlayAddresses: [String]
    /// Identity, keys, journal, etcd's data and the helpers' pid files.
    var stateDirectory: String
    /// Where operators' commands reach the daemon.
    var socket: String
    /// Who may give orders beside root; nil for the group `ployz`, or root's where there is none.
    var socketGroup: String?
    /// The dataset below which every volume lies; nil on a machine without ZFS.
    var zfsRoot: DatasetName?
    /// Where volumes are mounted.
    var volumeDirectory: String
    var dockerSocket: String
    var wireguardInterface: String
    var bridge: String
    var wireguardPort: Int
    var joinPort: Int
    var apiPort: Int
    var streamPort: Int
    /// Memory that a stream may take at each end.
    var streamBuffer: ByteCount
    var storePort: Int
    var storePeerPort: Int
    /// The static program that sandboxes run.
    var sandboxProgram: String
    var etcdProgram: String
    var etcdctlProgram: String
    var dnsmasqProgram: String
    var haproxyProgram: String
    /// Where HTTP routes answer, on every address.
    var httpPort: Int
    /// How long a new connection waits for its service.
    var ingressWait: Span
    /// How long the certificates hold that this machine signs.
    var certificateLifetime: Span
    var logLevel: String

    init(name: MachineName) {
        self.name = name
        underlayAddresses = []
        stateDirectory = "/var/lib/ployz"
        socket = "/run/ployz/ployzd.sock"
        zfsRoot = nil
        volumeDirectory = "/var/lib/ployz/volumes"
        dockerSocket = "/run/docker.sock"
        wireguardInterface = "wg-ployz"
        bridge = "br-ployz"
        wireguardPort = 51820
        joinPort = 4317
        apiPort = 4318
        streamPort = 4319
        streamBuffer = StreamBuffer.standard
        storePort = 2379
        storePeerPort = 2380
        sandboxProgram = "/bin/busybox"
        etcdProgram = "/usr/bin/etcd"
        etcdctlProgram = "/usr/bin/etcdctl"
        dnsmasqProgram = "/usr/sbin/dnsmasq"
        haproxyProgram = "/usr/sbin/haproxy"
        httpPort = 80
        ingressWait = Span(milliseconds: 30_000)
        certificateLifetime = Span(milliseconds: Int64(CertificateAuthority.machineLifetime) * 1000)
        logLevel = "info"
    }
}
