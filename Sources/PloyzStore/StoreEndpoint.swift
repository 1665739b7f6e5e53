package import PloyzModel

/// Where a member of the cluster store answers clients: `https://host:port`.
package struct StoreEndpoint: Hashable, Sendable, CustomStringConvertible {
    /// The port at which members of ours answer clients.
    package static let port = 2379

    /// An IP address without brackets, or a DNS name.
    package let host: String
    package let port: Int

    package init(host: String, port: Int = Self.port) {
        self.host = host
        self.port = port
    }

    /// The endpoint of a storage member, at its management address.
    package init(member: MachineRecord) { self.init(host: member.managementAddress) }

    package var description: String { "https://" + (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }
}
