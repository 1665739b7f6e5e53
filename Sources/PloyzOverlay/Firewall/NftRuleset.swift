import PloyzModel

/// Our own nftables table, `inet ployz`. No other table is read or changed.
enum NftRuleset {
    /// The input of `nft -f -`: one transaction that replaces the table whole, whether or not it is there.
    static func text(_ configuration: OverlayConfiguration, cluster: IPv4Network) -> String {
        """
        table inet ployz
        delete table inet ployz
        table inet ployz {
            chain forward {
                type filter hook forward priority filter - 10; policy accept;
                # A sender that has not heard of a move hears at once that the address is not here any more.
                iifname "\(configuration.wireguard)" oifname "\(configuration.wireguard)" meta l4proto tcp reject with tcp reset
                iifname "\(configuration.wireguard)" oifname "\(configuration.wireguard)" reject with icmpx type host-unreachable
            }
            chain output {
                type filter hook output priority filter; policy accept;
                # Two instances on this machine talk through the gateway; it must not tell them of a shorter way.
                oifname "\(configuration.bridge)" icmp type redirect drop
            }
            chain postrouting {
                type nat hook postrouting priority srcnat - 10; policy accept;
                oifname { "\(configuration.bridge)", "\(configuration.wireguard)" } accept
                ip saddr \(cluster) ip daddr != \(cluster) masquerade
            }
        }

        """
    }

    static let list = Invocation("nft", ["list", "table", "inet", "ployz"])

    static func load(_ configuration: OverlayConfiguration, cluster: IPv4Network) -> Invocation {
        Invocation("nft", ["-f", "-"], input: text(configuration, cluster: cluster))
    }
}
