/// A machine of a lab: `m1` to `m200`. Its number decides its addresses.
package struct MachineName: Hashable, Sendable, CustomStringConvertible {
    /// 1 to 200.
    package let number: Int

    package static let limit = 200

    /// Nil when the number is out of range.
    package init?(number: Int) {
        guard (1...Self.limit).contains(number) else { return nil }
        self.number = number
    }

    /// Nil when the text is not `m` and a number in range, without leading zeros.
    package init?(_ text: String) {
        guard text.first == "m", let number = Int(text.dropFirst()), "m\(number)" == text else { return nil }
        self.init(number: number)
    }

    package var description: String { "m\(number)" }

    /// Its IPv4 address on the underlay, 192.168.90.0/24.
    package var underlayAddress: String { "192.168.90.\(10 + number)" }

    /// The hardware address of its underlay interface: the same after a reset, so that neighbours need not relearn it.
    package var hardwareAddress: String {
        let digits = String(number, radix: 16)
        return "02:70:6c:00:00:" + (digits.count == 1 ? "0" + digits : digits)
    }
}
