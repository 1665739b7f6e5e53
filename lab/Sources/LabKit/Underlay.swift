/// argv of the commands that join machines by a bridge and cut them from each other.
package enum Underlay {
    package static let switchNode = "switch"
    package static let bridge = "br0"
    package static let interface = "eth0"
    package static let table = "ployz_lab"

    /// In the switch, once.
    package static let makeBridge: [[String]] = [
        ["ip", "link", "add", bridge, "type", "bridge"],
        ["ip", "link", "set", bridge, "up"],
        ["nft", "add", "table", "bridge", table],
        ["nft", "add", "chain", "bridge", table, "cuts", "{ type filter hook forward priority 0; policy accept; }"],
    ]

    /// In the switch: a port named after the machine, its other end in the machine's network namespace.
    ///
    /// - Parameter holder: pid of the machine's holder.
    package static func plugIn(_ machine: MachineName, holder: Int32) -> [[String]] {
        [
            [
                "ip", "link", "add", "\(machine)", "type", "veth",
                "peer", "name", interface, "address", machine.hardwareAddress, "netns", "\(holder)",
            ],
            ["ip", "link", "set", "\(machine)", "master", bridge, "up"],
        ]
    }

    /// In the switch: the host reaches guests by an address on the bridge, whatever is cut between them.
    package static let reachGuests = ["ip", "address", "add", "192.168.90.1/24", "dev", bridge]

    /// In the switch: the same for machines of namespaces, whenever a client outside of them is wanted.
    package static let reachOutside = [["ip", "address", "replace", "192.168.90.1/24", "dev", bridge]]

    /// In the switch: a port named after the machine, for the QEMU that is started in this namespace.
    package static func plugInGuest(_ machine: MachineName) -> [[String]] {
        [
            ["ip", "tuntap", "add", "dev", "\(machine)", "mode", "tap"],
            ["ip", "link", "set", "\(machine)", "master", bridge, "up"],
        ]
    }

    /// In the machine.
    package static func configure(_ machine: MachineName) -> [[String]] {
        [
            ["ip", "address", "add", "\(machine.underlayAddress)/24", "dev", interface],
            ["ip", "link", "set", interface, "up"],
        ]
    }

    /// In the switch: no packet passes between the two, either way.
    package static func cut(_ first: MachineName, _ second: MachineName) -> [[String]] {
        [(first, second), (second, first)].map { from, to in
            ["nft", "add", "rule", "bridge", table, "cuts", "iifname", "\(from)", "oifname", "\(to)", "drop"]
        }
    }

    /// In the switch: of the packets between the two, either way, so many in a thousand are lost.
    package static func lose(_ thousandths: Int, _ first: MachineName, _ second: MachineName) -> [[String]] {
        [(first, second), (second, first)].map { from, to in
            [
                "nft", "add", "rule", "bridge", table, "cuts", "iifname", "\(from)", "oifname", "\(to)",
                "numgen", "random", "mod", "1000", "<", "\(thousandths)", "drop",
            ]
        }
    }

    /// In the switch: no more than so many megabits a second reach the machine.
    package static func limit(_ machine: MachineName, megabits: Int) -> [String] {
        [
            "tc", "qdisc", "replace", "dev", "\(machine)", "root", "tbf",
            "rate", "\(megabits)mbit", "burst", "64kb", "latency", "200ms",
        ]
    }

    /// In the switch; fails when there is no limit.
    package static func unlimit(_ machine: MachineName) -> [String] {
        ["tc", "qdisc", "delete", "dev", "\(machine)", "root"]
    }

    /// In the machine: whoever connects to the port, or has a connection to it, is answered with a reset, and so is this
    /// end of the connection.
    package static func sever(port: UInt16) -> [[String]] {
        let reject = ["reject", "with", "tcp", "reset"]
        // The resets themselves leave by the same hook, and must pass it.
        let noReset = ["tcp", "flags", "&", "rst", "==", "0"]
        return [["nft", "add", "table", "inet", table]]
            + [("in", "input"), ("out", "output")].map { chain, hook in
                [
                    "nft", "add", "chain", "inet", table, chain,
                    "{ type filter hook \(hook) priority -300; policy accept; }",
                ]
            } + [
                ["nft", "add", "rule", "inet", table, "in", "tcp", "dport", "\(port)"] + reject,
                ["nft", "add", "rule", "inet", table, "out", "tcp", "sport", "\(port)"] + noReset + reject,
            ]
    }

    /// In the machine; fails when nothing is severed.
    package static let unsever = ["nft", "delete", "table", "inet", table]

    /// In the switch: ends every cut and every loss.
    package static let heal = ["nft", "flush", "chain", "bridge", table, "cuts"]

    package static let listCuts = ["nft", "list", "chain", "bridge", table, "cuts"]
}
