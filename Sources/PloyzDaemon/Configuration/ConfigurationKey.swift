import PloyzModel
import PloyzTransfer

/// A key of the configuration file, with its environment variable, its meaning and what it sets.
struct ConfigurationKey: Sendable {
    enum Setter: Sendable {
        case text(@Sendable (inout DaemonConfiguration, String) throws -> Void)
        case texts(@Sendable (inout DaemonConfiguration, [String]) throws -> Void)
        /// A TCP or UDP port, 1 to 65535.
        case port(@Sendable (inout DaemonConfiguration, Int) -> Void)
    }

    let name: String
    let meaning: String
    let fallback: String
    let setter: Setter

    /// `PLOYZ_` and the name in capitals; a list's elements are separated by commas.
    var variable: String { "PLOYZ_" + name.uppercased() }

    private init(_ name: String, _ meaning: String, default fallback: String, _ setter: Setter) {
        self.name = name
        self.meaning = meaning
        self.fallback = fallback
        self.setter = setter
    }

    static let all: [ConfigurationKey] = [
        .init(
            "name",
            "The machine's name in the cluster",
            default: "the host name",
            .text { $0.name = try MachineName($1) }
        ),
        .init(
            "underlay_addresses",
            "Addresses at which other machines reach this one; the first is used",
            default: "the addresses of the interface with the default route",
            .texts { $0.underlayAddresses = $1 }
        ),
        .init(
            "zfs_root",
            "The dataset below which every volume lies",
            default: "none: no volumes here",
            .text { $0.zfsRoot = try DatasetName($1) }
        ),
        .init(
            "volume_directory",
            "Where volumes are mounted",
            default: "/var/lib/ployz/volumes",
            .text { $0.volumeDirectory = try absolute($1) }
        ),
        .init(
            "state_directory",
            "Identity, keys, journal, the store's data",
            default: "/var/lib/ployz",
            .text { $0.stateDirectory = try absolute($1) }
        ),
        .init(
            "socket",
            "Where ployzctl reaches the daemon",
            default: "/run/ployz/ployzd.sock",
            .text { $0.socket = try absolute($1) }
        ),
        .init(
            "socket_group",
            "The group whose members may use the socket",
            default: "ployz where there is such a group, else root",
            .text { $0.socketGroup = try group($1) }
        ),
        .init(
            "docker_socket",
            "The Docker Engine's socket",
            default: "/run/docker.sock",
            .text { $0.dockerSocket = try absolute($1) }
        ),
        .init(
            "wireguard_interface",
            "Name of the overlay's interface",
            default: "wg-ployz",
            .text { $0.wireguardInterface = try interface($1) }
        ),
        .init(
            "bridge",
            "Name of the bridge that instances are connected to",
            default: "br-ployz",
            .text { $0.bridge = try interface($1) }
        ),
        .init("wireguard_port", "UDP, on the underlay", default: "51820", .port { $0.wireguardPort = $1 }),
        .init("join_port", "TCP, on the underlay: machines that join", default: "4317", .port { $0.joinPort = $1 }),
        .init("api_port", "TCP, on the management address: other daemons", default: "4318", .port { $0.apiPort = $1 }),
        .init("stream_port", "TCP, on the management address: volumes", default: "4319", .port { $0.streamPort = $1 }),
        .init(
            "stream_buffer",
            "Memory that a stream may take at each end, 1MiB to 1GiB",
            default: "64MiB",
            .text { $0.streamBuffer = try size($1, within: StreamBuffer.range) }
        ),
        .init("store_port", "TCP, on the management address: etcd", default: "2379", .port { $0.storePort = $1 }),
        .init(
            "store_peer_port",
            "TCP, on the management address: etcd's members",
            default: "2380",
            .port { $0.storePeerPort = $1 }
        ),
        .init(
            "sandbox_program",
            "The static program that sandboxes run",
            default: "/bin/busybox",
            .text { $0.sandboxProgram = try absolute($1) }
        ),
        .init(
            "etcd_program",
            "The store's program",
            default: "/usr/bin/etcd",
            .text { $0.etcdProgram = try absolute($1) }
        ),
        .init(
            "etcdctl_program",
            "What makes a store from a snapshot",
            default: "/usr/bin/etcdctl",
            .text { $0.etcdctlProgram = try absolute($1) }
        ),
        .init(
            "dnsmasq_program",
            "What answers for services' names",
            default: "/usr/sbin/dnsmasq",
            .text { $0.dnsmasqProgram = try absolute($1) }
        ),
        .init(
            "haproxy_program",
            "What answers at published ports and routes",
            default: "/usr/sbin/haproxy",
            .text { $0.haproxyProgram = try absolute($1) }
        ),
        .init("http_port", "TCP, on every address: HTTP routes", default: "80", .port { $0.httpPort = $1 }),
        .init(
            "ingress_wait",
            "How long a new connection to a published port or route waits for its service, 3s to 10m",
            default: "30s",
            .text { $0.ingressWait = try span($1, within: Span(milliseconds: 3000)...Span(milliseconds: 600_000)) }
        ),
        .init(
            "certificate_lifetime",
            "How long the certificates hold that this machine signs, 10s to 2160h; less than a day is for tests",
            default: "720h",
            .text {
                $0.certificateLifetime = try span(
                    $1,
                    within: Span(milliseconds: 10_000)...Span(milliseconds: 2160 * 3_600_000)
                )
            }
        ),
        .init(
            "log_level",
            "trace, debug, info, notice, warning or error",
            default: "info",
            .text { configuration, text in
                guard ["trace", "debug", "info", "notice", "warning", "error"].contains(text) else {
                    throw InvalidName(text: text, rule: "trace, debug, info, notice, warning or error")
                }
                configuration.logLevel = text
            }
        ),
    ]

    private static func absolute(_ path: String) throws(InvalidName) -> String {
        guard path.hasPrefix("/"), path.utf8.count <= 4096, !path.utf8.contains(0) else {
            throw InvalidName(text: path, rule: "an absolute path")
        }
        return path
    }

    /// As Debian's adduser takes it.
    private static func group(_ name: String) throws(InvalidName) -> String {
        let isRight = name.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
        guard isRight, (1...32).contains(name.utf8.count), !name.hasPrefix("-") else {
            throw InvalidName(text: name, rule: "the name of a group")
        }
        return name
    }

    private static func span(_ text: String, within range: ClosedRange<Span>) throws(InvalidName) -> Span {
        let span = try Span(text)
        guard range.contains(span) else {
            throw InvalidName(text: text, rule: "a time of \(range.lowerBound) to \(range.upperBound), such as 30s")
        }
        return span
    }

    private static func size(_ text: String, within range: ClosedRange<ByteCount>) throws(InvalidName) -> ByteCount {
        let size = ByteCount(try Capacity(text).bytes)
        guard range.contains(size) else {
            throw InvalidName(text: text, rule: "a size of \(range.lowerBound) to \(range.upperBound), such as 64MiB")
        }
        return size
    }

    /// IFNAMSIZ leaves 15 bytes (netdevice(7)).
    private static func interface(_ name: String) throws(InvalidName) -> String {
        let isValid = name.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || byte == UInt8(ascii: "-")
        }
        guard isValid, (1...15).contains(name.utf8.count), !name.hasPrefix("-") else {
            throw InvalidName(text: name, rule: "1 to 15 characters a-z, 0-9 and '-'")
        }
        return name
    }
}
