import PloyzModel

/// The elements of the sets and maps in our nftables table: which addresses are parked, and which are translated to
/// aliases and back.
///
/// Of a connection that is translated only the first packet is looked up; conntrack does the same with all that follow, in
/// both directions, also after an element is gone. So an element decides about new connections alone.
struct TableElements: Hashable, Sendable {
    /// Addresses whose new connections wait here, if they are begun on this machine.
    var parked: Set<IPv4Address> = []
    /// Those of ``parked`` whose connections from other machines wait here too.
    var parkedArrivals: Set<IPv4Address> = []
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
    /// Where machines, this one too, are reached outside of the overlay. It follows the machines' records, as the next.
    var underlay: Set<IPv4Address> = []
    /// Management addresses of the other machines.
    var managers: Set<ManagementAddress> = []

    static let none = TableElements()

    private typealias Addresses = WritableKeyPath<TableElements, Set<IPv4Address>>
    private typealias Pairs = WritableKeyPath<TableElements, [IPv4Address: IPv4Address]>

    private static var sets: [(name: String, path: Addresses)] {
        [
            ("parked", \.parked), ("parked_arrivals", \.parkedArrivals), ("beside", \.beside),
            ("answering", \.answering), ("aliases", \.aliases), ("underlay", \.underlay),
        ]
    }
    private static var maps: [(name: String, path: Pairs)] {
        [("outgoing", \.outgoing), ("arriving", \.arriving), ("speaking", \.speaking), ("heard", \.heard)]
    }

    /// The commands that add the elements to empty sets and maps.
    var text: String { Self.commands(from: .none, to: self) }

    /// The commands that empty all sets and maps.
    static let flush =
        sets.map { "flush set inet ployz \($0.name)\n" }.joined()
        + maps.map { "flush map inet ployz \($0.name)\n" }.joined() + "flush set inet ployz managers\n"

    /// The commands that turn `old` into `new` and name only what differs; empty when nothing does.
    static func commands(from old: TableElements, to new: TableElements) -> String {
        var text = ""
        let command = { (verb: String, name: String, list: [String]) in
            list.isEmpty ? "" : "\(verb) element inet ployz \(name) { \(list.joined(separator: ", ")) }\n"
        }
        for (name, path) in sets {
            let (before, after) = (old[keyPath: path], new[keyPath: path])
            text += command("delete", name, before.subtracting(after).sorted().map(\.description))
            text += command("add", name, after.subtracting(before).sorted().map(\.description))
        }
        for (name, path) in maps {
            let (before, after) = (old[keyPath: path], new[keyPath: path])
            let pairs = { (some: [IPv4Address: IPv4Address], others: [IPv4Address: IPv4Address]) in
                some.filter { others[$0.key] != $0.value }.sorted { $0.key < $1.key }.map { "\($0.key) : \($0.value)" }
            }
            text += command("delete", name, pairs(before, after))
            text += command("add", name, pairs(after, before))
        }
        let managers = { (some: Set<ManagementAddress>, others: Set<ManagementAddress>) in
            some.subtracting(others).map(\.text).sorted()
        }
        text += command("delete", "managers", managers(old.managers, new.managers))
        text += command("add", "managers", managers(new.managers, old.managers))
        return text
    }

    /// Adds the elements of another address.
    mutating func add(_ other: TableElements) {
        for (_, path) in Self.sets { self[keyPath: path].formUnion(other[keyPath: path]) }
        for (_, path) in Self.maps { self[keyPath: path].merge(other[keyPath: path]) { _, new in new } }
    }

    /// Takes the elements of an address away; those of others stay.
    mutating func remove(_ other: TableElements) {
        for (_, path) in Self.sets { self[keyPath: path].subtract(other[keyPath: path]) }
        for (_, path) in Self.maps {
            for key in other[keyPath: path].keys { self[keyPath: path][key] = nil }
        }
    }
}

extension TableElements {
    /// Those of a route's aliases, on `machine`.
    init(handoverOf route: RouteRecord, on machine: MachineID) {
        guard let handover = route.handover else { return }
        aliases = Set(route.aliases.filter { $0.machine != machine }.map(\.address))
        if route.machine == machine {
            if handover.phase != .over { beside = [route.address] }
            if handover.phase == .open { answering = [route.address] }
            arriving = [handover.alias: route.address]
            speaking = [route.address: handover.alias]
        } else {
            if handover.phase == .open { outgoing = [route.address: handover.alias] }
            heard = [handover.alias: route.address]
        }
    }
}
