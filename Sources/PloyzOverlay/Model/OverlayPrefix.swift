package import PloyzModel

/// An IPv4 or IPv6 network in the form that `ip` and `wg` print.
package struct OverlayPrefix: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ network: IPv4Network) { text = network.description }

    /// The address alone: a /32.
    package init(_ address: IPv4Address) { text = "\(address)/32" }

    /// The address alone: a /128.
    package init(_ address: ManagementAddress) { text = "\(address)/128" }

    /// A text that a program printed, `a.b.c.d/n` or `x::y/n`; without a length it is a single address.
    init(printed text: String) {
        self.text = text.contains("/") ? text : text + (text.contains(":") ? "/128" : "/32")
    }

    package var isIPv6: Bool { text.contains(":") }

    package var description: String { text }

    package static func < (left: OverlayPrefix, right: OverlayPrefix) -> Bool { left.text < right.text }
}
