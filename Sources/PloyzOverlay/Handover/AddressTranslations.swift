import PloyzMigration
import PloyzModel

/// Which addresses a machine translates to aliases and back: the elements of the sets and maps in our nftables table.
///
/// Only the first packet of a connection is looked up; conntrack does the same with all that follow, in both directions,
/// also after an element is gone. So an element decides about new connections alone.
struct AddressTranslations: Hashable, Sendable {
    /// Addresses of instances here whose old place still has the address itself.
    var beside: Set<IPv4Address> = []
    /// Those of ``beside`` that are open: new connections from this machine go to them.
    var answering: Set<IPv4Address> = []
    /// Every alias that leads to another machine.
    var aliases: Set<IPv4Address> = []
    /// Address to alias: where new connections from this machine go.
    var outgoing: [IPv4Address: IPv4Address] = [:]
    /// Alias to address: what comes over the tunnel for an instance here.
    var arriving: [IPv4Address: IPv4Address] = [:]
    /// Address to alias: as whom an instance here speaks over the tunnel. The other machines accept its own address from
    /// its old place alone, until they have heard that the handover is over.
    var speaking: [IPv4Address: IPv4Address] = [:]
    /// Alias to address: who it is that speaks, for instances and programs here.
    var heard: [IPv4Address: IPv4Address] = [:]

    static let none = AddressTranslations()
    static let sets = ["beside", "answering", "aliases"]
    static let names = sets + ["outgoing", "arriving", "speaking", "heard"]

    /// The commands that add the elements to empty sets and maps.
    var elements: String {
        let maps = [("outgoing", outgoing), ("arriving", arriving), ("speaking", speaking), ("heard", heard)]
        let lists =
            [("beside", beside), ("answering", answering), ("aliases", aliases)]
            .map { ($0.0, $0.1.sorted().map(\.description)) }
            + maps.map { name, map in (name, map.sorted { $0.key < $1.key }.map { "\($0.key) : \($0.value)" }) }
        return lists.filter { !$0.1.isEmpty }.map { name, list in
            "add element inet ployz \(name) { \(list.joined(separator: ", ")) }\n"
        }.joined()
    }
}

extension AddressTranslations {
    init(picture: RoutingPicture, machine: MachineID) {
        for route in picture.currentRoutes {
            guard let handover = route.handover else { continue }
            aliases.formUnion(route.aliases.filter { $0.machine != machine }.map(\.address))
            if route.machine == machine {
                if handover.phase != .over { beside.insert(route.address) }
                if handover.phase == .open { answering.insert(route.address) }
                arriving[handover.alias] = route.address
                speaking[route.address] = handover.alias
            } else {
                if handover.phase == .open { outgoing[route.address] = handover.alias }
                heard[handover.alias] = route.address
            }
        }
    }
}
