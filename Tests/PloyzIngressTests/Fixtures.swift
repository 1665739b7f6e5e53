import Foundation
import PloyzModel

@testable import PloyzIngress

enum Fixtures {
    static func spec(publish: [PublishedPort] = [], routes: [HTTPRoute] = []) throws -> ServiceSpec {
        ServiceSpec(
            name: try ServiceName("web"),
            placement: .replicated(count: 1),
            template: ContainerTemplate(image: "image"),
            publish: publish,
            routes: routes
        )
    }

    /// A service with one instance, published ports `outer: inner` and routes `host/path: port`.
    static func view(
        _ ref: String,
        ports: [Int: Int] = [:],
        routes: [HTTPRoute] = [],
        addresses: [String] = ["10.101.1.2"]
    ) throws -> ServiceView {
        ServiceView(
            ref: try ServiceRef(ref),
            publish: ports.sorted { $0.key < $1.key }.map { PublishedPort(port: $0.key, target: $0.value) },
            routes: routes,
            addresses: try addresses.map { try IPv4Address($0) }
        )
    }

    static func change(_ view: ServiceView) -> ServiceChange { ServiceChange(ref: view.ref, view: view) }

    static let text = IngressText(settings: IngressSettings(), directory: IngressDirectory("/d"))
}
