import PloyzModel

/// Our own nftables table, `inet ployz`. No other table is read or changed.
enum NftRuleset {
    /// The bit of packet and connection marks that sends a packet to the table of ``OverlayRoute/Table/beside``.
    static let mark = "0x00500000"

    /// The input of `nft -f -`: one transaction that replaces the table whole, whether or not it is there.
    static func text(
        _ configuration: OverlayConfiguration,
        member: OverlayMember,
        elements: TableElements
    ) -> String {
        let cluster = member.cluster
        let guards = GuardRules(configuration: configuration, member: member)
        let wireguard = configuration.wireguard
        let bridge = configuration.bridge
        return """
            table inet ployz
            delete table inet ployz
            table inet ployz {
                # Whose new connections wait; of the second, those from other machines too.
                set parked { type ipv4_addr; }
                set parked_arrivals { type ipv4_addr; }
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
                # Where machines are reached outside of the overlay, and the other machines' management addresses.
                set underlay { type ipv4_addr; }
                set managers { type ipv6_addr; }

                chain park_prerouting {
                    type filter hook prerouting priority raw; policy accept;
                    iifname "\(ParkingDevices.outward)" meta mark set meta mark and \(ParkingDevices.unmark) accept
                    iifname != "\(wireguard)" ip daddr @parked jump park
                    iifname "\(wireguard)" ip daddr @parked_arrivals jump park
                }
                chain park_output {
                    type route hook output priority raw; policy accept;
                    ip daddr @parked jump park
                }
                chain park {
                    # What belongs to a connection that was begun before goes on to where it was begun.
                    tcp flags & (syn | ack) != syn return
                    icmp type != echo-request return
                    # Tracked when it has waited, as what is begun then.
                    notrack meta mark set meta mark or \(ParkingDevices.mark)
                }
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
                chain guard_input {
                    type filter hook input priority filter - 10; policy accept;
                    iifname "lo" accept
                    \(guards.input.joined(separator: "\n        "))
                }
                chain guard_forward {
                    type filter hook forward priority filter - 20; policy accept;
                    \(guards.forward.joined(separator: "\n        "))
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
            \(elements.text)
            """
    }

    /// The table without the elements of its sets and maps, which follow the records, and without what was counted.
    static let list = Invocation("nft", ["--terse", "--stateless", "list", "table", "inet", "ployz"])

    static func load(
        _ configuration: OverlayConfiguration,
        member: OverlayMember,
        elements: TableElements
    ) -> Invocation {
        Invocation(
            "nft",
            ["-f", "-"],
            input: text(configuration, member: member, elements: elements)
        )
    }

    /// Sets the elements of the sets and maps to exactly these, in one transaction.
    static func set(_ elements: TableElements) -> Invocation {
        Invocation("nft", ["-f", "-"], input: TableElements.flush + elements.text)
    }

    /// Applies commands that ``TableElements/commands(from:to:)`` has made, in one transaction.
    static func change(_ commands: String) -> Invocation { Invocation("nft", ["-f", "-"], input: commands) }
}
