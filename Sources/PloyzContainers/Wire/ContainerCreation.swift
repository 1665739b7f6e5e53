/// The body of `POST /containers/create`, as far as we use it.
///
/// There is no `Binds` here and there must be none: Docker creates the missing source directory of a bind in `Binds`,
/// and a database would start on an empty one. A mount in `Mounts` whose source is missing is an error.
struct ContainerCreation: Encodable, Hashable, Sendable {
    /// An image ID or a tag.
    var image: String
    var command: [String]?
    var entrypoint: [String]?
    /// `NAME=value`, sorted.
    var environment: [String]?
    var user: String?
    /// nil for a workload, which has its sandbox's.
    var hostname: String?
    var stopSignal: String?
    /// Whole seconds.
    var stopTimeout: Int64?
    var labels: [String: String]
    var host: HostSettings

    enum CodingKeys: String, CodingKey {
        case image = "Image"
        case command = "Cmd"
        case entrypoint = "Entrypoint"
        case environment = "Env"
        case user = "User"
        case hostname = "Hostname"
        case stopSignal = "StopSignal"
        case stopTimeout = "StopTimeout"
        case labels = "Labels"
        case host = "HostConfig"
    }
}

/// `HostConfig` of a request: what the container gets from the machine.
struct HostSettings: Encodable, Hashable, Sendable {
    struct RestartPolicy: Encodable, Hashable, Sendable {
        /// The only policy there is for containers of ours: the daemon alone decides what runs.
        let name = "no"

        enum CodingKeys: String, CodingKey { case name = "Name" }
    }

    struct Log: Encodable, Hashable, Sendable {
        let type: String

        enum CodingKeys: String, CodingKey { case type = "Type" }
    }

    /// `none`, or `container:` and an ID.
    var networkMode: String
    let restartPolicy = RestartPolicy()
    var mounts: [MountRequest]?
    var readonlyRootfs: Bool?
    var capabilitiesAdded: [String]?
    var capabilitiesDropped: [String]?
    var securityOptions: [String]?
    /// Bytes.
    var memory: Int64?
    /// Billionths of a processor core.
    var nanoCPUs: Int64?
    var processLimit: Int64?
    var sysctls: [String: String]?
    var nameServers: [String]?
    var searchDomains: [String]?
    var resolverOptions: [String]?
    /// `name:address` lines of `/etc/hosts`.
    var extraHosts: [String]?
    /// nil for the daemon's own choice.
    var log: Log?

    enum CodingKeys: String, CodingKey {
        case networkMode = "NetworkMode"
        case restartPolicy = "RestartPolicy"
        case mounts = "Mounts"
        case readonlyRootfs = "ReadonlyRootfs"
        case capabilitiesAdded = "CapAdd"
        case capabilitiesDropped = "CapDrop"
        case securityOptions = "SecurityOpt"
        case memory = "Memory"
        case nanoCPUs = "NanoCpus"
        case processLimit = "PidsLimit"
        case sysctls = "Sysctls"
        case nameServers = "Dns"
        case searchDomains = "DnsSearch"
        case resolverOptions = "DnsOptions"
        case extraHosts = "ExtraHosts"
        case log = "LogConfig"
    }
}
