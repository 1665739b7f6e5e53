import Foundation
import PloyzAPI
import PloyzModel
import PloyzOverlay
import PloyzTrust
import SystemPackage

/// Makes a cluster of which this machine is the first member: authority, certificate, identity. The store's first
/// records are written when it answers.
struct Founding: Sendable {
    let configuration: DaemonConfiguration
    let state: StateDirectory

    static let defaultNetwork = IPv4Network(containing: IPv4Address(bits: 10 << 24 | 101 << 16), prefixLength: 16)

    func found(_ request: MeshInitRequest) async throws -> MachineIdentity {
        let network = request.network ?? Self.defaultNetwork
        guard let subnet = Gatekeeper.subnets(of: network).first(where: { _ in true }) else {
            throw PloyzError(.usage, "the network \(network) has no room for two subnets of 256 addresses")
        }
        let profile = try await MachineProfile.read(
            configuration,
            state: state,
            name: request.machineName,
            endpoint: request.endpoint
        )
        let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
        var generator = SystemRandomNumberGenerator()
        let cluster = ClusterRecord(
            id: ClusterID(using: &generator),
            name: request.name,
            network: network,
            createdAt: now
        )
        let authority = try CertificateAuthority(cluster: cluster.name, id: cluster.id, at: now, using: &generator)
        let credentials = CredentialFiles(directory: state.pki.string)
        let key = try credentials.ensureKey(using: &generator)
        let certificate = try authority.sign(
            try key.signingRequest(),
            names: profile.names,
            at: now,
            for: TimeInterval(configuration.certificateLifetime.milliseconds) / 1000,
            using: &generator
        )
        try AuthorityFiles(directory: state.pki.string).write(authority)
        try credentials.write(
            try MachineCertificate(certificatePEM: certificate, key: key),
            root: authority.root
        )
        let machine = MachineRecord(
            id: profile.id,
            name: profile.name,
            wireguardKey: profile.wireguardKey.text,
            endpoints: profile.endpoints(port: configuration.wireguardPort),
            subnet: subnet,
            managementAddress: profile.managementAddress,
            lifecycle: .active,
            storage: profile.storage,
            isStorageMember: true,
            labels: [:],
            joinedAt: now
        )
        return MachineIdentity(cluster: cluster, machine: machine, machines: [machine])
    }
}
