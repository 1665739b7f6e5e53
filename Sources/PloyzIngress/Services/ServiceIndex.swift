package import PloyzModel

/// Services and their instances' addresses, from records that come one by one. Each takes the time of its own service,
/// however many there are.
package struct ServiceIndex: Sendable {
    private struct Exposed: Hashable {
        let publish: [PublishedPort]
        let routes: [HTTPRoute]
    }

    private var services: [ServiceRef: Exposed] = [:]
    private var addresses: [ServiceRef: [Int: IPv4Address]] = [:]

    package init() {}

    /// Takes a service's record in; nil says that it is gone. Returns whether ``view(of:)`` changed.
    @discardableResult
    package mutating func put(_ spec: ServiceSpec?, of ref: ServiceRef) -> Bool {
        let exposed = spec.map { Exposed(publish: $0.publish, routes: $0.routes) }
        guard services[ref] != exposed else { return false }
        services[ref] = exposed
        return true
    }

    /// Takes an instance's address in; nil says that the instance is gone. A move changes nothing here.
    @discardableResult
    package mutating func put(_ address: IPv4Address?, of instance: InstanceRef) -> Bool {
        guard addresses[instance.service]?[instance.index] != address else { return false }
        addresses[instance.service, default: [:]][instance.index] = address
        if addresses[instance.service]?.isEmpty == true { addresses[instance.service] = nil }
        return true
    }

    /// nil when there is no such service, or it has no instance.
    package func view(of ref: ServiceRef) -> ServiceView? {
        guard let exposed = services[ref], let addresses = addresses[ref] else { return nil }
        return ServiceView(
            ref: ref,
            publish: exposed.publish,
            routes: exposed.routes,
            addresses: addresses.sorted { $0.key < $1.key }.map(\.value)
        )
    }
}
