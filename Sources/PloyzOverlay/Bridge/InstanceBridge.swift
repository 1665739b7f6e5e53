import PloyzModel

/// The bridge that the instances' links are ports of, with the machine's overlay address: their gateway.
struct InstanceBridge: Sendable {
    let configuration: OverlayConfiguration
    let member: OverlayMember
    let runner: any InvocationRunner

    /// Makes sure that the bridge is there and right. Its ports are not touched.
    ///
    /// - Throws: ``PloyzError`` when a device of its name is no bridge; that one is not touched.
    func ensureUp() async throws {
        let found = try await LinkState.read(configuration.bridge, runner).first
        if let found, found.kind != "bridge" {
            throw PloyzError(
                .overlayFailed,
                "a device \(configuration.bridge) of kind \(found.kind ?? "unknown") exists and is not ours",
                state: "it was not touched",
                next: "give the overlay another bridge name in the configuration"
            )
        }
        let commands = Self.commands(from: found, configuration, member)
        if !commands.isEmpty { try await runner.require(.ipBatch(commands)) }
    }

    static func commands(
        from found: LinkState?,
        _ configuration: OverlayConfiguration,
        _ member: OverlayMember
    ) -> [IPCommand] {
        let bridge = configuration.bridge.text
        let mtu = String(configuration.mtu)
        let gateway = MACAddress.gateway.text
        var commands: [IPCommand] = []
        if found == nil {
            commands.append([
                "link", "add", "name", bridge, "mtu", mtu, "address", gateway, "type", "bridge", "forward_delay", "0",
                "stp_state", "0", "mcast_snooping", "0",
            ])
        } else if found?.hardwareAddress != gateway || found?.mtu != configuration.mtu {
            commands.append(["link", "set", "dev", bridge, "mtu", mtu, "address", gateway])
        }
        if found?.isUp != true {
            commands.append(["link", "set", "dev", bridge, "addrgenmode", "none", "up"])
        }
        let address = OverlayPrefix(member.overlayAddress)
        let addresses = found?.addresses ?? []
        if !addresses.contains(address) {
            commands.append(["address", "add", address.text, "dev", bridge])
        }
        for old in addresses.subtracting([address]).filter({ !$0.isIPv6 }).sorted() {
            commands.append(["address", "del", old.text, "dev", bridge])
        }
        return commands
    }
}
