import PloyzAPI
import PloyzModel
import PloyzTrust
import SystemPackage

/// Certificates: who gets them, who keeps them from ending, and whose do not count any more.
extension Member {
    var issuer: CertificateIssuer {
        CertificateIssuer(
            files: AuthorityFiles(directory: state.pki.string),
            store: store,
            lifetime: configuration.certificateLifetime,
            timekeeper: timekeeper
        )
    }

    /// Follows what the store says of machines and their certificates.
    func followTrust(_ group: inout DiscardingTaskGroup) {
        let departures = DepartureWatch(
            machine: identity.machine.id,
            mirror: mirror,
            connections: connections,
            streams: streams,
            migrations: migrations,
            standing: standing,
            logger: logger
        )
        let certificates = CertificateKeeper(
            machine: identity.machine.id,
            credentials: credentials,
            transport: transport,
            issuer: issuer,
            store: store,
            mirror: mirror,
            known: identity.machines,
            joinPort: configuration.joinPort,
            peers: peers,
            timekeeper: timekeeper,
            logger: logger
        )
        group.addTask { await departures.follow() }
        group.addTask { await certificates.run() }
        let revocations = RevocationKeeper(
            file: RevocationFile(directory: state.pki.string),
            mirror: mirror,
            timekeeper: timekeeper,
            logger: logger
        )
        group.addTask { await revocations.follow() }
    }
}
