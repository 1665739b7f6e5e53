import Foundation
import PloyzAPI
import PloyzMigration
import PloyzModel
import PloyzTrust

/// Signs certificates of machines, on a storage member. Each is noted in the store before it is handed out, so that it can
/// be taken back.
struct CertificateIssuer: Sendable {
    private static let tries = 8

    let files: AuthorityFiles
    let store: any ClusterStore
    let lifetime: Span
    let timekeeper: any Timekeeper

    /// A certificate for a machine of the cluster, in PEM.
    ///
    /// - Parameter request: signed by the key that the certificate is for.
    /// - Throws: ``PloyzError`` `no-authority`, `peer-refused` when the machine is not of the cluster any more,
    ///   `certificate-refused`, or what the store throws.
    func renew(_ request: String, for machine: MachineID) async throws -> String {
        for _ in 0..<Self.tries {
            guard let record = try await store.record(MachineRecord.self, at: .machine(machine)) else {
                throw PloyzError.notAdmitted(machine)
            }
            let now = timekeeper.date
            let (pem, certificate) = try sign(request, names: record.certificateNames, at: now)
            let key = StoreKey.certificates(of: machine)
            let before = try await store.get(key)
            var known =
                try before.map { try JSON.decode(IssuedCertificates.self, from: $0) }
                ?? IssuedCertificates(machine: machine)
            known.add(certificate, at: now)
            // A machine that is removed in this moment gets none.
            let transaction = StoreTransaction(
                conditions: [.present(.machine(machine)), before.map { .value(key, $0) } ?? .absent(key)],
                writes: [try .put(known)]
            )
            if try await store.commit(transaction) { return pem }
        }
        throw PloyzError(.failed, "the certificates of \(machine) changed each time one was to be noted")
    }

    /// A certificate in the place of one that has ended, for whoever has its key: a machine that was off for longer than
    /// that held. By the one that it had it is known, as long as it is of the cluster.
    ///
    /// - Throws: ``PloyzError`` `certificate-refused` when it is not of this cluster's authority or the request is not
    ///   signed by its key, and what ``renew(_:for:)`` throws.
    func renewEnded(_ request: RenewalRequest) async throws -> String {
        guard let authority = try files.load() else { throw Self.noAuthority }
        guard let ended = request.endedCertificate,
            try CertificateAuthority.isSigned(request.signingRequest, byTheKeyOf: ended)
        else {
            throw PloyzError(
                .certificateRefused,
                "the request is not signed by the key of the certificate that has ended"
            )
        }
        // Valid in its last second: whose it was, and that the authority made it.
        let end = try IssuedCertificates.Certificate(pem: ended).expires
        return try await renew(request.signingRequest, for: try await authority.root.verify(ended, at: end - 1))
    }

    private static let noAuthority = PloyzError(.noAuthority, "this machine does not have the cluster's authority")

    /// A certificate, and what is to be noted of it.
    ///
    /// - Throws: ``PloyzError`` `no-authority`, `certificate-refused`.
    func sign(
        _ request: String,
        names: MachineNames,
        at date: Date
    ) throws -> (pem: String, certificate: IssuedCertificates.Certificate) {
        guard let authority = try files.load() else { throw Self.noAuthority }
        // Dates in certificates are of whole seconds.
        let now = Date(timeIntervalSince1970: date.timeIntervalSince1970.rounded(.down))
        var generator = SystemRandomNumberGenerator()
        let seconds = TimeInterval(lifetime.milliseconds) / 1000
        let pem = try authority.sign(request, names: names, at: now, for: seconds, using: &generator)
        return (pem, try IssuedCertificates.Certificate(pem: pem))
    }
}

extension MachineNames {
    /// What the certificate of a machine of the cluster says: its management address, and its endpoints as far as they are
    /// addresses.
    init(_ machine: MachineID, at managementAddress: String, endpoints: [String]) {
        let hosts = endpoints.compactMap { try? JoinEndpoint($0).host }
        self.init(machine: machine, addresses: [managementAddress] + hosts.filter(\.isAddress))
    }
}

extension MachineRecord {
    fileprivate var certificateNames: MachineNames {
        MachineNames(id, at: managementAddress, endpoints: endpoints)
    }
}

extension String {
    /// Whether the text is an IP address, not a host name.
    fileprivate var isAddress: Bool {
        var bytes = [UInt8](repeating: 0, count: 16)
        return inet_pton(AF_INET, self, &bytes) == 1 || inet_pton(AF_INET6, self, &bytes) == 1
    }
}

extension ErrorCode {
    /// The machine does not have the authority's key: it is no storage member.
    static let noAuthority = ErrorCode("no-authority", exitStatus: 3)
}
