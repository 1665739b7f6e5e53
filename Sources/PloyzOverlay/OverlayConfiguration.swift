package import PloyzModel

/// What this machine's overlay is made from.
package struct OverlayConfiguration: Hashable, Sendable {
    /// The WireGuard device.
    package var wireguard: DeviceName
    /// The bridge of the instances; ours, not a Docker network.
    package var bridge: DeviceName
    /// UDP port of WireGuard on the underlay.
    package var listenPort: Int
    /// What instances are kept from.
    package var ports: ControlPorts
    /// MTU of all our devices: an Ethernet underlay's 1500 less 80 for WireGuard over IPv6.
    package var mtu: Int
    /// The machine's WireGuard private key, mode 0600; made when it is not there.
    package var keyFile: String
    /// Where wireguard-go is, for kernels without WireGuard.
    package var wireguardGo: String
    /// wireguard-go's log.
    package var logFile: String
    /// Where the next daemon finds what our nftables table was loaded from; nil keeps nothing, and it is loaded at each start.
    package var rulesFile: String?

    package init(
        wireguard: DeviceName = .wireguard,
        bridge: DeviceName = .bridge,
        listenPort: Int = 51820,
        ports: ControlPorts = ControlPorts(),
        mtu: Int = 1420,
        keyFile: String,
        wireguardGo: String = "/usr/bin/wireguard-go",
        logFile: String,
        rulesFile: String? = nil
    ) {
        self.wireguard = wireguard
        self.bridge = bridge
        self.listenPort = listenPort
        self.ports = ports
        self.mtu = mtu
        self.keyFile = keyFile
        self.wireguardGo = wireguardGo
        self.logFile = logFile
        self.rulesFile = rulesFile
    }
}

/// Who this machine is on the overlay.
package struct OverlayMember: Hashable, Sendable {
    package let machine: MachineID
    /// The network that all subnets are cut from.
    package let cluster: IPv4Network
    /// This machine's part of it.
    package let subnet: IPv4Network
    /// Where its daemon, store and stream listen.
    package let management: ManagementAddress

    package init(machine: MachineID, cluster: IPv4Network, subnet: IPv4Network, management: ManagementAddress) {
        self.machine = machine
        self.cluster = cluster
        self.subnet = subnet
        self.management = management
    }

    /// The machine's own address and its instances' gateway.
    package var overlayAddress: IPv4Address { subnet.firstHost }
}
