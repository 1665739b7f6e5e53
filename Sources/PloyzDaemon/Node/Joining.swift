import Foundation
import Logging
import PloyzAPI
import PloyzModel
import PloyzOverlay
import PloyzTrust
import SystemPackage

/// Gets this machine into a cluster with a token, and keeps what the cluster answered.
struct Joining: Sendable {
    let configuration: DaemonConfiguration
    let state: StateDirectory
    let logger: Logger

    func join(_ request: JoinRequest) async throws -> MachineIdentity {
        let token = try JoinToken(request.token)
        let profile = try await MachineProfile.read(
            configuration,
            state: state,
            name: request.machineName,
            endpoint: request.endpoint
        )
        var generator = SystemRandomNumberGenerator()
        let credentials = CredentialFiles(directory: state.pki.string)
        let key = try credentials.ensureKey(using: &generator)
        let admission = try await JoinClient(token).join(
            AdmissionRequest(
                secret: token.secret.hexadecimal,
                name: profile.name,
                wireguardKey: profile.wireguardKey.text,
                endpoints: profile.endpoints(port: configuration.wireguardPort),
                signingRequest: try key.signingRequest(),
                storage: profile.storage
            )
        )
        try credentials.write(
            try MachineCertificate(certificatePEM: admission.certificate, key: key),
            root: token.root
        )
        logger.notice(
            "Joined a cluster",
            metadata: ["cluster.name": "\(admission.cluster.name)", "machine.id": "\(admission.machine.id)"]
        )
        return MachineIdentity(
            cluster: admission.cluster,
            machine: admission.machine,
            machines: admission.machines
        )
    }
}
