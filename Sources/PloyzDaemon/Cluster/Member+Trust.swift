import Logging
import PloyzAPI
import PloyzModel
import PloyzTrust
import SystemPackage

/// Certificates: who gets them, who keeps them from ending, and whose do not count any more.
extension Member {
    var issuer: CertificateIssuer {
        CertificateIssuer(
            files: authorityFiles,
            store: store,
            lifetime: configuration.certificateLifetime,
            timekeeper: timekeeper
        )
    }

    var revocationFile: RevocationFile { RevocationFile(authorityFiles) }

    private var authorityFiles: AuthorityFiles { AuthorityFiles(directory: state.pki.string) }

    /// Follows what the store says of machines and their certificates.
    func followTrust(_ group: inout DiscardingTaskGroup) {
        let departures = DepartureWatch(
            machine: identity.machine.id,
            mirror: mirror,
            connections: connections,
            streams: streams,
            migrations: migrations,
            standing: standing,
            remember: { record in self.remember(record) },
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
        if identity.machine.isStorageMember {
            let revocations = RevocationKeeper(
                file: revocationFile,
                mirror: mirror,
                timekeeper: timekeeper,
                logger: logger
            )
            group.addTask { await revocations.follow() }
        }
    }

    /// The next start of the daemon begins with what the record says now, such as another name.
    private func remember(_ record: MachineRecord) {
        do {
            guard var known = try state.readIdentity(), known.machine != record else { return }
            known.machine = record
            try state.write(known)
        } catch {
            logger.error("The machine's own record cannot be remembered", metadata: ["error": "\(error)"])
        }
    }
}
