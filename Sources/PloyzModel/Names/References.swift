/// A service in a namespace, written `namespace/service`.
package struct ServiceRef: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let namespace: NamespaceName
    package let service: ServiceName

    package init(namespace: NamespaceName, service: ServiceName) {
        self.namespace = namespace
        self.service = service
    }

    /// - Throws: ``InvalidName`` unless `text` is `namespace/service`.
    package init(_ text: String) throws(InvalidName) {
        let (first, second) = try splitReference(text, form: "namespace/service")
        self.init(namespace: try NamespaceName(first), service: try ServiceName(second))
    }

    package var description: String { "\(namespace)/\(service)" }

    package static func < (left: ServiceRef, right: ServiceRef) -> Bool { left.description < right.description }
}

/// A volume in a namespace, written `namespace/volume`.
package struct VolumeRef: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let namespace: NamespaceName
    package let volume: VolumeName

    package init(namespace: NamespaceName, volume: VolumeName) {
        self.namespace = namespace
        self.volume = volume
    }

    /// - Throws: ``InvalidName`` unless `text` is `namespace/volume`.
    package init(_ text: String) throws(InvalidName) {
        let (first, second) = try splitReference(text, form: "namespace/volume")
        self.init(namespace: try NamespaceName(first), volume: try VolumeName(second))
    }

    package var description: String { "\(namespace)/\(volume)" }

    package static func < (left: VolumeRef, right: VolumeRef) -> Bool { left.description < right.description }
}

/// One container of a service, written `namespace/service/index`; `index` is 0 or more.
package struct InstanceRef: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let service: ServiceRef
    package let index: Int

    package init(service: ServiceRef, index: Int) {
        self.service = service
        self.index = index
    }

    /// - Throws: ``InvalidName`` unless `text` is `namespace/service/index`.
    package init(_ text: String) throws(InvalidName) {
        guard let slash = text.lastIndex(of: "/"), let index = Int(text[text.index(after: slash)...]), index >= 0,
            // Not `+1` or `01`, which would be other names of the same instance.
            text[text.index(after: slash)...] == String(index)
        else { throw InvalidName(text: text, rule: "namespace/service/index") }
        self.init(service: try ServiceRef(String(text[..<slash])), index: index)
    }

    package var description: String { "\(service)/\(index)" }

    package static func < (left: InstanceRef, right: InstanceRef) -> Bool {
        (left.service, left.index) < (right.service, right.index)
    }
}

private func splitReference(_ text: String, form: String) throws(InvalidName) -> (String, String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw InvalidName(text: text, rule: form) }
    return (String(parts[0]), String(parts[1]))
}

extension ServiceRef: Codable, TextCodable {}
extension VolumeRef: Codable, TextCodable {}
extension InstanceRef: Codable, TextCodable {}
