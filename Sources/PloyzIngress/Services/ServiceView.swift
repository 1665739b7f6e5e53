package import PloyzModel

/// What names and ingress need to know of a service.
package struct ServiceView: Hashable, Sendable {
    package let ref: ServiceRef
    package var publish: [PublishedPort]
    package var routes: [HTTPRoute]
    /// In the order of instances. An address stays with its instance wherever that runs.
    package var addresses: [IPv4Address]

    package init(
        ref: ServiceRef,
        publish: [PublishedPort] = [],
        routes: [HTTPRoute] = [],
        addresses: [IPv4Address]
    ) {
        self.ref = ref
        self.publish = publish
        self.routes = routes
        self.addresses = addresses
    }
}

/// A service that changed, and what it is now; nil when it is gone or has no instance.
package struct ServiceChange: Hashable, Sendable {
    package let ref: ServiceRef
    package let view: ServiceView?

    package init(ref: ServiceRef, view: ServiceView?) {
        self.ref = ref
        self.view = view
    }
}

/// Something of the records that is not served on this machine, and why.
package struct ServingProblem: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// A service, or the key of a record that cannot be read.
    package let subject: String
    package let reason: String

    package init(_ subject: String, _ reason: String) {
        self.subject = subject
        self.reason = reason
    }

    package var description: String { "\(subject): \(reason)" }

    package static func < (left: ServingProblem, right: ServingProblem) -> Bool {
        (left.subject, left.reason) < (right.subject, right.reason)
    }
}
