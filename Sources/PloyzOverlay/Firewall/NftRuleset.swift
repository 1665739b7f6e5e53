import PloyzModel

/// Our own nftables table, `inet ployz`. No other table is read or changed.
enum NftRuleset {
    /// The bit of packet and connection marks that sends a packet to the table of ``OverlayRoute/Table/beside``.
    static let mark = "0x00500000"

    /// The input of `nft -f -`: one transaction that replaces the table whole, whether or not it is there.
    static func text(
        _ configuration: OverlayConfiguration,
        cluster: IPv4Network,
        translations: AddressTranslations
    ) -> String {
        let wireguard = configuration.wireguard
        let bridge = configuration.bridge
        return """
            table inet ployz
            delete table inet ployz
            table inet ployz {
                # During a handover: addresses of instances that run here beside their old place.
                set beside { type ipv4_addr; }
                # Those of them that new connections from here go to.
                set answering { type ipv4_addr; }
                # Every alias of an instance elsewhere.
                set aliases { type ipv4_addr; }
                # Address to alias, for connections from here to an instance elsewhere whose new place is open.
                map outgoing { type ipv4_addr : ipv4_addr; }
                # Alias to address, and back, of instances here.
                map arriving { type ipv4_addr : ipv4_addr; }
                map speaking { type ipv4_addr : ipv4_addr; }
                # Alias to address of instances elsewhere that open connections to here.
                map heard { type ipv4_addr : ipv4_addr; }

                chain mark_prerouting {
                    type filter hook prerouting priority mangle; policy accept;
                    iifname != "\(wireguard)" ip daddr @answering ct state new ct mark set ct mark or \(mark)
                    iifname "\(bridge)" ip saddr @beside ct state new ct mark set ct mark or \(mark)
                    ct mark and \(mark) == \(mark) meta mark set meta mark or \(mark)
                }
                chain mark_output {
                    type route hook output priority mangle; policy accept;
                    ip daddr @answering ct state new ct mark set ct mark or \(mark)
                    ct mark and \(mark) == \(mark) meta mark set meta mark or \(mark)
                }
                chain prerouting {
                    type nat hook prerouting priority dstnat - 10; policy accept;
                    iifname "\(wireguard)" dnat ip to ip daddr map @arriving
                    iifname != "\(wireguard)" dnat ip to ip daddr map @outgoing
                }
                chain local_output {
                    type nat hook output priority -110; policy accept;
                    dnat ip to ip daddr map @outgoing
                }
                chain local_input {
                    type nat hook input priority 90; policy accept;
                    iifname "\(wireguard)" snat ip to ip saddr map @heard
                }
                chain forward {
                    type filter hook forward priority filter - 10; policy accept;
                    # A sender that has not heard of a move hears at once that the address is not here any more.
                    iifname "\(wireguard)" oifname "\(wireguard)" meta l4proto tcp reject with tcp reset
                    iifname "\(wireguard)" oifname "\(wireguard)" reject with icmpx type host-unreachable
                    # So does one whose alias nobody has any more; it must not leave by the default route.
                    ip daddr \(Handover.aliases) ip daddr != @aliases ct original ip daddr \(cluster) jump refuse
                }
                chain refuse {
                    meta l4proto tcp reject with tcp reset
                    reject with icmpx type host-unreachable
                }
                chain output {
                    type filter hook output priority filter; policy accept;
                    # Two instances on this machine talk through the gateway; it must not tell them of a shorter way.
                    oifname "\(bridge)" icmp type redirect drop
                    ip daddr \(Handover.aliases) ip daddr != @aliases ct original ip daddr \(cluster) jump refuse
                }
                chain postrouting {
                    type nat hook postrouting priority srcnat - 10; policy accept;
                    oifname "\(wireguard)" snat ip to ip saddr map @speaking
                    oifname "\(bridge)" snat ip to ip saddr map @heard
                    oifname { "\(bridge)", "\(wireguard)" } accept
                    ip saddr \(cluster) ip daddr != \(cluster) masquerade
                }
            }
            \(translations.elements)
            """
    }

    /// The table without the elements of its sets and maps, which follow the records.
    static let list = Invocation("nft", ["--terse", "list", "table", "inet", "ployz"])

    static func load(
        _ configuration: OverlayConfiguration,
        cluster: IPv4Network,
        translations: AddressTranslations
    ) -> Invocation {
        Invocation(
            "nft",
            ["-f", "-"],
            input: text(configuration, cluster: cluster, translations: translations)
        )
    }

    /// Sets the elements of the sets and maps to exactly these, in one transaction.
    static func set(_ translations: AddressTranslations) -> Invocation {
        let flushes = AddressTranslations.names.map { name in
            "flush \(AddressTranslations.sets.contains(name) ? "set" : "map") inet ployz \(name)\n"
        }
        return Invocation("nft", ["-f", "-"], input: flushes.joined() + translations.elements)
    }
}
