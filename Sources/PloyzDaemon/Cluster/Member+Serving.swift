import Foundation
import Logging
import PloyzAPI
import PloyzMigration
import PloyzModel
import PloyzOverlay
import PloyzStore
import PloyzTrust
import SystemPackage

extension Member {
    /// The daemon's API for other machines: what a migration's owner orders, and operators' calls that were given to
    /// another machine.
    func servePeers() async throws {
        let store = store
        let agent = migrations.agent.stoppingAtBreakpoints()
        let operators = OperatorRouter(DaemonOperator(answering: .member(self)), counting: refusals)
        let storage = StoragePeerRouter(storage) { self.isStorageMember($0) }
        let issuer = issuer
        let certificates = CertificateRoute { machine, request in
            RenewedCertificate(certificate: try await issuer.renew(request.signingRequest, for: machine))
        }
        try await PeerServer(
            address: identity.machine.managementAddress,
            port: configuration.apiPort,
            credentials: transport,
            connections: connections,
            refusals: refusals,
            logger: logger,
            admits: { machine in
                guard Guard.knownMachine.isOn else { return true }
                // Only machines that the cluster still knows; a store that does not answer admits those known before.
                do {
                    return try await store.get(.machine(machine)) != nil
                } catch {
                    return self.mirror.value(.machine(machine)) != nil
                }
            },
            agent: { _ in agent },
            routes: { router in
                operators.add(to: router)
                certificates.add(to: router)
                storage.add(to: router)
            }
        ).run()
    }

    /// The join API, on every address of the underlay.
    func serveJoins() async throws {
        let issuer = issuer
        try await JoinServer(
            address: "::",
            port: configuration.joinPort,
            credentials: transport,
            clock: timekeeper,
            refusals: refusals,
            logger: logger,
            renew: { RenewedCertificate(certificate: try await issuer.renewEnded($0)) },
            admit: { try await self.admit($0) }
        ).run()
    }

    private func admit(_ request: AdmissionRequest) async throws -> Admission {
        var generator = SystemRandomNumberGenerator()
        let now = Date(timeIntervalSince1970: timekeeper.date.timeIntervalSince1970.rounded(.down))
        let id = MachineID(using: &generator)
        let key: WireGuardPublicKey
        do {
            key = try WireGuardPublicKey(request.wireguardKey)
        } catch {
            throw PloyzError(.usage, "wireguard_key: \(error)")
        }
        // Signed before the invitation is used up: a request that cannot be signed costs nothing.
        let names = MachineNames(id, at: "\(ManagementAddress(of: key))", endpoints: request.endpoints)
        let (pem, certificate) = try issuer.sign(request.signingRequest, names: names, at: now)
        let record = try await Gatekeeper(store: store, cluster: identity.cluster)
            .admit(request, as: id, key: key, certificate: certificate, at: now)
        // The new machine's first packets must find their peer here.
        try await routing.refreshMachines()
        logger.notice("A machine joined", metadata: ["machine.id": "\(id)", "name": "\(record.name)"])
        return Admission(
            machine: record,
            certificate: pem,
            authority: root.pem,
            cluster: identity.cluster,
            machines: try await store.records(MachineRecord.self, under: .machines)
        )
    }
}
