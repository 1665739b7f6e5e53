import Foundation
import Logging
import PloyzAPI
import PloyzMigration
import PloyzModel
import PloyzTrust

/// Keeps this machine's certificate from ending: renews it when less than a third of its life is left, and goes on with
/// the new one without a restart.
///
/// The key stays: it never leaves the machine, and a crash between the writing of a key and that of its certificate
/// could leave two that do not belong together. etcd reads the files by itself at each handshake.
struct CertificateKeeper: Sendable {
    let machine: MachineID
    let credentials: CredentialFiles
    let transport: TransportCredentials
    let issuer: CertificateIssuer
    let store: any ClusterStore
    let mirror: ClusterMirror
    /// Machines that were known when the daemon started, for the time until the store is read.
    let known: [MachineRecord]
    let joinPort: Int
    let peers: MachineDirectory
    let timekeeper: any Timekeeper
    let logger: Logger

    /// Runs until the task is cancelled.
    func run() async {
        var isNoted = false
        var failures = 0
        while !Task.isCancelled {
            let certificate = transport.certificate
            let wait = RenewalSchedule.wait(until: certificate.renewal, at: timekeeper.date)
            do {
                // By one that has ended the store is not reached.
                if !isNoted, certificate.expires > timekeeper.date {
                    try await note(certificate)
                    isNoted = true
                }
                guard wait == .zero else {
                    try? await timekeeper.sleep(for: wait)
                    continue
                }
                try await renew(certificate)
                failures = 0
            } catch is CancellationError {
                return
            } catch {
                failures += 1
                logger.warning(
                    "The certificate cannot be renewed; trying again",
                    metadata: ["error": "\(error)", "expires": "\(certificate.expires.formatted(.iso8601))"]
                )
                let pause = RenewalSchedule.pause(
                    after: failures,
                    expires: certificate.expires,
                    at: timekeeper.date
                )
                try? await timekeeper.sleep(for: pause)
            }
        }
    }

    /// A certificate that the store does not know, as of a machine that founded the cluster or joined it with an earlier
    /// version, is noted there, so that it can be taken back.
    private func note(_ certificate: MachineCertificate) async throws {
        let key = StoreKey.certificates(of: machine)
        let before = try await store.get(key)
        var known =
            try before.map { try JSON.decode(IssuedCertificates.self, from: $0) }
            ?? IssuedCertificates(machine: machine)
        guard !known.certificates.contains(where: { $0.serial == certificate.serial }) else { return }
        known.add(certificate.record, at: timekeeper.date)
        let isWritten = try await store.commit(
            StoreTransaction(
                conditions: [.present(.machine(machine)), before.map { .value(key, $0) } ?? .absent(key)],
                writes: [try .put(known)]
            )
        )
        guard isWritten else { throw PloyzError(.failed, "the certificate could not be noted in the store") }
    }

    private func renew(_ old: MachineCertificate) async throws {
        let request = try old.key.signingRequest()
        let pem = try await signed(request)
        let named = try await transport.root.verify(pem, at: timekeeper.date)
        guard named == machine else {
            throw PloyzError(.certificateRefused, "the new certificate names \(named), not this machine")
        }
        let certificate = try MachineCertificate(certificatePEM: pem, key: old.key)
        try credentials.write(certificate, root: transport.root)
        transport.renew(certificate)
        logger.notice(
            "The certificate was renewed",
            metadata: ["expires": "\(certificate.expires.formatted(.iso8601))"]
        )
    }

    /// Signed here, or by the first storage member that answers.
    private func signed(_ request: String) async throws -> String {
        if try issuer.files.load() != nil { return try await issuer.renew(request, for: machine) }
        let machines = mirror.isRead ? mirror.records(MachineRecord.self, under: .machines) : known
        var failures: [PloyzError] = []
        for member in machines where member.isStorageMember && member.id != machine {
            do {
                return try await signed(request, by: member)
            } catch {
                try Task.checkCancellation()
                failures.append(PloyzError(wrapping: error))
            }
        }
        throw PloyzError.all(failures)
            ?? PloyzError(.peerUnreachable, "no storage member is known that could sign a certificate")
    }

    private func signed(_ request: String, by member: MachineRecord) async throws -> String {
        let certificate = transport.certificate
        guard certificate.expires < timekeeper.date else {
            let message = RenewalRequest(signingRequest: request)
            return try await peers.renewedCertificate(from: member.id, for: message).certificate
        }
        // Nobody takes a connection by a certificate that has ended; where machines join none is needed.
        let message = RenewalRequest(signingRequest: request, endedCertificate: certificate.certificatePEM)
        var failures: [PloyzError] = []
        for endpoint in try member.joinEndpoints(port: joinPort) {
            do {
                return try await JoinClient.renew(message, at: endpoint, trusting: transport.root).certificate
            } catch {
                try Task.checkCancellation()
                failures.append(PloyzError(wrapping: error))
            }
        }
        throw PloyzError.all(failures) ?? PloyzError(.peerUnreachable, "\(member.name) has no endpoint")
    }
}

extension MachineRecord {
    /// Where a storage member answers machines that join, on the underlay.
    func joinEndpoints(port: Int) throws -> [JoinEndpoint] {
        try endpoints.map { endpoint in
            let host = endpoint[..<(endpoint.lastIndex(of: ":") ?? endpoint.endIndex)]
            return try JoinEndpoint("\(host):\(port)")
        }
    }
}
