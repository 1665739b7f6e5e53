/// Our part of the iptables filter table: a chain of our own, and exactly one tagged jump to it.
///
/// Docker sets the policy of FORWARD to drop, and an accept in another nftables table cannot undo that. The jump goes
/// into DOCKER-USER, which Docker leaves to others; before there is a Docker it goes to the head of FORWARD, and only
/// when the policy there is drop.
struct ForwardRules: Hashable, Sendable {
    let bridge: DeviceName
    let wireguard: DeviceName

    static let chain = "PLOYZ-FORWARD"
    static let jump = "-m comment --comment ployz -j PLOYZ-FORWARD"

    static let save = Invocation("iptables-save", ["-t", "filter"])

    static func restore(_ input: String) -> Invocation {
        Invocation("iptables-restore", ["--wait", "--noflush"], input: input)
    }

    /// What instances may do: send anywhere, be reached over the overlay and from each other, and get answers. What has
    /// waited may go on to wherever it may go.
    var rules: [String] {
        [
            "-A \(Self.chain) -i \(bridge) -j ACCEPT",
            "-A \(Self.chain) -i \(wireguard) -o \(bridge) -j ACCEPT",
            "-A \(Self.chain) -i \(wireguard) -o \(ParkingDevices.inward) -j ACCEPT",
            "-A \(Self.chain) -i \(ParkingDevices.outward) -j ACCEPT",
            "-A \(Self.chain) -o \(bridge) -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        ]
    }

    /// The input of `iptables-restore` that makes the table right, given what `iptables-save` prints; nil when it is
    /// right already.
    func repair(_ saved: String) -> String? {
        let lines = saved.split(separator: "\n").map { String($0) }
        let hasDockerUser = lines.contains { $0.hasPrefix(":DOCKER-USER ") }
        let dropsForwards = lines.contains { $0.hasPrefix(":FORWARD DROP ") }
        let jumps = { (chain: String) in lines.filter { $0 == "-A \(chain) \(Self.jump)" }.count }
        let wanted = [
            ("DOCKER-USER", hasDockerUser ? 1 : 0),
            ("FORWARD", dropsForwards && !hasDockerUser ? 1 : 0),
        ]
        let isWanted = wanted.contains { $0.1 > 0 }
        let isChainRight = lines.filter { $0.hasPrefix("-A \(Self.chain) ") } == rules
        var edits: [String] = []
        for (chain, count) in wanted where jumps(chain) != count {
            edits += Array(repeating: "-D \(chain) \(Self.jump)", count: jumps(chain))
            if count > 0 { edits.append("-I \(chain) 1 \(Self.jump)") }
        }
        guard !edits.isEmpty || (isWanted && !isChainRight) else { return nil }
        // Naming the chain makes it, or empties it, in the same transaction.
        let body = [":\(Self.chain) - [0:0]"] + rules + edits
        return "*filter\n" + body.joined(separator: "\n") + "\nCOMMIT\n"
    }
}
