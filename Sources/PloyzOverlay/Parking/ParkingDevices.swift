import Foundation
import PloyzModel

/// Where packets wait: a pair of devices whose one end leads back into the machine by the other.
///
/// A routing table of its own leads what our rules have marked into ``inward``. There the kernel looks for the neighbour
/// that has the address, and while it finds none it keeps the packets (neighbour(7), `unres_qlen_bytes`). An entry for the
/// address lets all of them go on at once, in their order: they come out of ``outward`` and are routed as if they had only
/// just come, to wherever the address leads by then. Nothing is copied, nothing listens, and a daemon that dies changes
/// nothing.
struct ParkingDevices: Sendable {
    let mtu: Int
    let runner: any InvocationRunner

    static let inward = DeviceName.parking
    static let outward = DeviceName.unparking
    /// The routing table, and the priority of the rule that asks it: before that of handovers.
    static let table = "81"
    static let priority = 79
    /// The bits of a packet's mark that send it here.
    static let mark = "0x00a00000"
    /// All others.
    static let unmark = "0xff5fffff"
    /// Seconds after which the kernel gives up, and answers what waits with "host unreachable": it asks for the
    /// neighbour once in a second (neighbour(7), `retrans_time`).
    static let limit = 60
    /// Bytes of memory for each address; some 30,000 connections that begin.
    static let room = 32 << 20

    /// Makes sure that the devices are there and right. What waits in them is not touched.
    func ensureUp() async throws {
        let found = try await LinkState.read(Self.inward, runner).first
        if let found, found.kind != "veth" {
            throw PloyzError(
                .overlayFailed,
                "a device \(Self.inward) of kind \(found.kind ?? "unknown") exists and is not ours",
                state: "it was not touched",
                next: "give it another name"
            )
        }
        let back = try await LinkState.read(Self.outward, runner).first
        if found?.isUp != true || back?.isUp != true || back?.hardwareAddress != MACAddress.unparking.text
            || back?.addresses.contains(Self.address) != true
        {
            try await runner.require(.ipBatch(commands(isThere: found != nil)))
            // A kernel may lack this queue: then all go on at once.
            _ = try await runner.run(Self.pace)
        }
        try await runner.require(Self.settings)
        try await runner.require(.ipBatch([Self.route]))
    }

    private func commands(isThere: Bool) -> [IPCommand] {
        let (inward, outward, mtu) = (Self.inward.text, Self.outward.text, String(self.mtu))
        let create: IPCommand = [
            "link", "add", "name", inward, "mtu", mtu, "type", "veth", "peer", "name", outward, "mtu", mtu,
        ]
        return (isThere ? [] : [create]) + [
            ["link", "set", "dev", outward, "address", MACAddress.unparking.text, "addrgenmode", "none", "up"],
            ["link", "set", "dev", inward, "addrgenmode", "none", "up"],
            // The kernel drops what comes in by a device that has no address, whatever its filter says
            // (fib_frontend.c, `no_addr`). Of scope host, it is never a source.
            ["address", "replace", Self.address.text, "dev", outward, "scope", "host"],
        ]
    }

    private static let address = OverlayPrefix(printed: "169.254.80.80/32")

    /// - `accept_local`: what a program of this machine sends comes in with an address of the machine.
    /// - `arp_ignore` 8: nobody answers for the address but our own entry.
    private static var settings: Invocation {
        Invocation(
            "sysctl",
            [
                "-q", "-w",
                "net.ipv4.conf.\(outward).rp_filter=2",
                "net.ipv4.conf.\(outward).accept_local=1",
                "net.ipv4.conf.\(outward).arp_ignore=8",
                "net.ipv4.neigh.\(inward).mcast_solicit=\(limit)",
                "net.ipv4.neigh.\(inward).retrans_time_ms=1000",
                "net.ipv4.neigh.\(inward).unres_qlen_bytes=\(room)",
            ]
        )
    }

    /// Thousands of connections that go on at once would overrun the instance's accept queue (listen(2), 511 of Redis and
    /// 4,096 at most), and what is dropped there comes again after a second. So they leave at 5,000 a second at most, or 20
    /// Mbit/s: each packet counts 448 bytes more than it has (tc-tbf(8)).
    private static let pace = Invocation(
        "tc",
        [
            "qdisc", "replace", "dev", inward.text, "root", "tbf", "rate", "20mbit", "burst", "16kb", "limit",
            String(room), "overhead", "448",
        ]
    )

    /// Without a gateway, so that each address is a neighbour of its own, with its own queue.
    private static let route: IPCommand = [
        "route", "replace", "default", "dev", inward.text, "scope", "link", "table", table, "proto",
        OverlayRoute.protocol,
    ]

    // MARK: An address

    /// Lets what waits for the address go on, and whatever comes after it straight through.
    static func release(_ address: IPv4Address) -> IPCommand {
        [
            "neigh", "replace", address.description, "lladdr", MACAddress.unparking.text, "dev", inward.text, "nud",
            "permanent",
        ]
    }

    /// What comes for the address waits from now on. Its entry must be there.
    static func hold(_ address: IPv4Address) -> IPCommand {
        ["neigh", "del", address.description, "dev", inward.text]
    }

    static let show = Invocation("ip", ["-j", "-4", "neigh", "show", "dev", inward.text])

    /// Reads what ``show`` prints.
    static func parse(_ text: String) throws -> ParkingState {
        struct Printed: Decodable {
            var dst: String
            var state: [String]?
        }
        var found = ParkingState()
        guard text.contains("[") else { return found }
        for entry in try JSON.decode([Printed].self, from: Data(text.utf8)) {
            guard let address = try? IPv4Address(entry.dst) else { continue }
            if entry.state == ["PERMANENT"] { found.released.insert(address) } else { found.waiting.insert(address) }
        }
        return found
    }
}

/// What the kernel knows of addresses that were parked.
struct ParkingState: Hashable, Sendable {
    /// They have an entry: nothing waits.
    var released: Set<IPv4Address> = []
    /// Something waits for them, or has waited until the kernel gave up.
    var waiting: Set<IPv4Address> = []

    /// The commands after which exactly what comes for `parked` waits, those that hold before those that release.
    ///
    /// An entry stays for a while when its address is released: a packet that our rules have marked a moment before goes
    /// straight through by it, and would wait for nobody otherwise.
    func commands(parked: Set<IPv4Address>) -> (hold: [IPCommand], release: [IPCommand]) {
        (
            parked.intersection(released).sorted().map(ParkingDevices.hold),
            waiting.subtracting(parked).sorted().map(ParkingDevices.release)
        )
    }

    /// Entries that nobody needs any more.
    func leftovers(parked: Set<IPv4Address>) -> [IPCommand] {
        released.subtracting(parked).sorted().map(ParkingDevices.hold)
    }
}
