/// An IPv4 address.
package struct IPv4Address: Hashable, Comparable, Sendable, TextCodable {
    package let bits: UInt32

    package init(bits: UInt32) { self.bits = bits }

    /// - Throws: ``InvalidName`` unless `text` is four decimal octets without leading zeros.
    package init(_ text: String) throws(InvalidName) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        var bits: UInt32 = 0
        for part in parts {
            guard parts.count == 4, let octet = UInt8(part), String(octet) == part else {
                throw InvalidName(text: text, rule: "an IPv4 address such as 10.101.0.1")
            }
            bits = bits << 8 | UInt32(octet)
        }
        guard parts.count == 4 else { throw InvalidName(text: text, rule: "an IPv4 address such as 10.101.0.1") }
        self.bits = bits
    }

    package var octets: [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: bits >> UInt32($0)) } }

    package var description: String { octets.map { String($0) }.joined(separator: ".") }

    package static func < (left: IPv4Address, right: IPv4Address) -> Bool { left.bits < right.bits }
}

/// An IPv4 network in CIDR form, with all host bits zero.
package struct IPv4Network: Hashable, Sendable, TextCodable {
    package let base: IPv4Address
    /// 0 to 32.
    package let prefixLength: Int

    /// The network of `prefixLength` bits that `address` lies in.
    package init(containing address: IPv4Address, prefixLength: Int) {
        precondition((0...32).contains(prefixLength), "a prefix length is 0 to 32")
        self.base = IPv4Address(bits: address.bits & Self.mask(prefixLength))
        self.prefixLength = prefixLength
    }

    /// - Throws: ``InvalidName`` unless `text` is `a.b.c.d/n` with no host bit set.
    package init(_ text: String) throws(InvalidName) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let length = Int(parts[1]), (0...32).contains(length), String(length) == parts[1] else {
            throw InvalidName(text: text, rule: "an IPv4 network such as 10.101.0.0/16")
        }
        let address = try IPv4Address(String(parts[0]))
        self.init(containing: address, prefixLength: length)
        guard base == address else { throw InvalidName(text: text, rule: "a network without host bits") }
    }

    package var description: String { "\(base)/\(prefixLength)" }

    /// How many addresses the network has, network and broadcast address included.
    package var size: UInt64 { 1 << UInt64(32 - prefixLength) }

    package func contains(_ address: IPv4Address) -> Bool { address.bits & Self.mask(prefixLength) == base.bits }

    /// The `offset`-th address; `offset` must be below ``size``.
    package func address(at offset: UInt32) -> IPv4Address {
        precondition(UInt64(offset) < size, "the address lies outside the network")
        return IPv4Address(bits: base.bits + offset)
    }

    /// The address after the network's own; that itself in a network of one, which a record may hold.
    package var firstHost: IPv4Address { size > 1 ? address(at: 1) : base }

    /// The `index`-th network of `length` bits inside this one; nil when there is none.
    package func subnet(_ index: UInt32, prefixLength length: Int) -> IPv4Network? {
        guard (prefixLength...32).contains(length), UInt64(index) < 1 << UInt64(length - prefixLength) else {
            return nil
        }
        return IPv4Network(
            containing: IPv4Address(bits: base.bits + index << UInt32(32 - length)),
            prefixLength: length
        )
    }

    private static func mask(_ length: Int) -> UInt32 { length == 0 ? 0 : ~UInt32(0) << UInt32(32 - length) }
}
