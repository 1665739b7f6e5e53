package import PloyzModel

/// A property with the value that it is set to.
package struct ZFSProperty: Hashable, Sendable {
    package let name: String
    package let value: String

    init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    package var assignment: String { "\(name)=\(value)" }

    package static func canmount(_ value: CanMount) -> ZFSProperty { ZFSProperty("canmount", value.rawValue) }

    /// nil for `none`.
    package static func mountpoint(_ path: String?) -> ZFSProperty { ZFSProperty("mountpoint", path ?? "none") }

    package static func readonly(_ on: Bool) -> ZFSProperty { ZFSProperty("readonly", on ? "on" : "off") }

    /// Off for every volume: with it a read would become a write, which the next round has to send.
    package static let noAccessTimes = ZFSProperty("atime", "off")

    /// A limit on what the volume itself refers to. Not `quota`, which counts snapshots too: those that a migration
    /// takes must not use up the space that the workload was promised.
    package static func quota(_ capacity: Capacity?) -> ZFSProperty {
        ZFSProperty("refquota", capacity.map { String($0.bytes) } ?? "none")
    }

    /// Marks what is ours and no volume: the root, namespaces, the staging parent.
    package static func marker(_ kind: ContainerKind) -> ZFSProperty { ZFSProperty(Self.markerName, kind.rawValue) }

    package static let markerName = "ployz:kind"

    package enum CanMount: String, Sendable { case off, noauto }

    package enum ContainerKind: String, Sendable { case root, namespace, staging }
}
