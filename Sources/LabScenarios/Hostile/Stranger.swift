/// Who tries.
package enum Stranger: String, Sendable, CaseIterable {
    /// Root in a container's network on m2, with NET_RAW and more: whatever a container can send, it can.
    case container
    /// A host of the underlay that is no machine.
    case outsider
    /// A machine that has, or had, the tunnel, and no good certificate.
    case removed = "removed machine"
    /// A user of m1 without rights.
    case user = "local user"
    /// Who wrote a manifest or a request that an operator passes on.
    case author
}
