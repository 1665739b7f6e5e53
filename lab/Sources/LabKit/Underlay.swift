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

    /// In the switch: ends every cut.
    package static let heal = ["nft", "flush", "chain", "bridge", table, "cuts"]

    package static let listCuts = ["nft", "list", "chain", "bridge", table, "cuts"]
}
