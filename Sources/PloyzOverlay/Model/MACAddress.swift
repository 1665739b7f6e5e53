import PloyzModel

/// The hardware addresses on our bridge. All are computed, so that no machine ever has to ask for one and no neighbour
/// entry can be stale.
struct MACAddress: Hashable, Sendable, CustomStringConvertible {
    let text: String

    /// Of the instance with this address, on whatever machine: `02:50` (locally administered) and its four bytes.
    init(of address: IPv4Address) { self.init(bytes: address.octets) }

    /// Of the bridge, the same on all machines. 0.0.0.1 is nobody's address.
    static let gateway = MACAddress(bytes: [0, 0, 0, 1])

    /// Of the end by which parked packets come back. Nor is 0.0.0.2.
    static let unparking = MACAddress(bytes: [0, 0, 0, 2])

    private init(bytes: [UInt8]) {
        text = ([0x02, 0x50] + bytes).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined(separator: ":")
    }

    var description: String { text }
}
