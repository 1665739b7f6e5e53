import Hummingbird
import HummingbirdCore
import HummingbirdTLS
package import Logging
package import PloyzMigration
package import PloyzModel
import ServiceLifecycle

/// Answers machines that want to join, and those whose certificate has ended, on the underlay: two routes, no client
/// certificate, few connections, small bodies, a limited rate. The token's secret, or the key of the certificate, is all
/// that a caller has to show.
package struct JoinServer: Service {
    package static let port = 4317
    static let path = "/v1/join"

    private let address: String
    private let port: Int
    private let credentials: TransportCredentials
    private let clock: any Timekeeper
    private let burst: Int
    private let limits: RequestLimits
    private let refusals: Refusals
    private let logger: Logger
    private let admit: @Sendable (AdmissionRequest) async throws -> Admission
    private let renew: @Sendable (RenewalRequest) async throws -> RenewedCertificate
    private let onRunning: @Sendable (Int) async -> Void

    /// - Parameters:
    ///   - address: `::` or `0.0.0.0` for every address of the machine.
    ///   - port: 0 for any that is free.
    ///   - burst: how many requests of one address are answered at once; after them one a second.
    ///   - refusals: counts what strangers tried.
    ///   - renew: decides whether a machine whose certificate has ended gets another.
    ///   - admit: decides; its request's form has been checked.
    ///   - onRunning: called with the port once the server takes connections.
    package init(
        address: String,
        port: Int = Self.port,
        credentials: TransportCredentials,
        clock: any Timekeeper,
        burst: Int = 20,
        refusals: Refusals = Refusals(),
        logger: Logger,
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in },
        renew: @escaping @Sendable (RenewalRequest) async throws -> RenewedCertificate,
        admit: @escaping @Sendable (AdmissionRequest) async throws -> Admission
    ) {
        self.address = address
        self.port = port
        self.credentials = credentials
        self.clock = clock
        self.burst = burst
        limits = .join
        self.refusals = refusals
        self.logger = logger
        self.onRunning = onRunning
        self.admit = admit
        self.renew = renew
    }

    /// - Throws: when the address cannot be bound or the credentials are malformed.
    package func run() async throws {
        let router = Router(context: JoinContext.self)
        router.addMiddleware {
            ErrorTranslation<JoinContext>(counting: refusals)
            JoinLimit(clock: clock, capacity: Double(burst), rate: 1, logger: logger)
        }
        router.post(RouterPath(Self.path)) { [limits] request, _ in
            let message = try await request.message(AdmissionRequest.self, upTo: limits.bodySize)
            _ = try message.checkedSecret()
            return try Response.message(try await admit(message))
        }
        router.post(RouterPath(RenewalRequest.path)) { request, _ in
            let message = try await request.message(RenewalRequest.self, upTo: RenewalRequest.maximumBody)
            return try Response.message(try await renew(message))
        }
        let application = Application(
            router: router,
            server: .limited(limits, tls: try credentials.openServer(), refusals: refusals),
            configuration: ApplicationConfiguration(address: .hostname(address, port: port)),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? port) },
            logger: logger
        )
        try await application.run()
    }
}
