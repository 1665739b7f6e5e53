/// The kernel's switches that the overlay needs, as one `sysctl` call.
enum KernelSettings {
    /// - `ip_forward`: instances reach the overlay through the machine. Docker sets it too.
    /// - `rp_filter` 2 (loose) on our devices: a moved address comes in from where the strict filter does not expect
    ///   it, until this machine has heard of the move.
    /// - `accept_redirects` 0: no instance tells the machine of another way.
    /// - `disable_ipv6` 1 on the bridge: instances have none. 0 on the other: management addresses are IPv6; some images of Debian switch it off for new devices.
    static func invocation(_ configuration: OverlayConfiguration) -> Invocation {
        let wireguard = configuration.wireguard
        let bridge = configuration.bridge
        return Invocation(
            "sysctl",
            [
                "-q", "-w",
                "net.ipv4.ip_forward=1",
                "net.ipv4.conf.\(bridge).rp_filter=2",
                "net.ipv4.conf.\(wireguard).rp_filter=2",
                "net.ipv4.conf.\(bridge).accept_redirects=0",
                "net.ipv4.conf.\(wireguard).accept_redirects=0",
                "net.ipv6.conf.\(bridge).disable_ipv6=1",
                "net.ipv6.conf.\(wireguard).disable_ipv6=0",
            ]
        )
    }
}
