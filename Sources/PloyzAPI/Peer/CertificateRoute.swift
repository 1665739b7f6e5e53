package import Hummingbird
package import PloyzModel

/// The route by which machines get another certificate, for the router of a ``PeerServer``.
package struct CertificateRoute: Sendable {
    private let renew: @Sendable (MachineID, RenewalRequest) async throws -> RenewedCertificate

    /// - Parameter renew: given the machine that asks, as its connection's certificate says.
    package init(_ renew: @escaping @Sendable (MachineID, RenewalRequest) async throws -> RenewedCertificate) {
        self.renew = renew
    }

    package func add(to router: Router<PeerContext>) {
        router.post(RouterPath(RenewalRequest.path)) { request, context in
            let message = try await request.message(RenewalRequest.self, upTo: RenewalRequest.maximumBody)
            return try Response.message(try await renew(context.machine, message))
        }
    }
}
