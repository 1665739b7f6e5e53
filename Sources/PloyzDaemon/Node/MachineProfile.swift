import Foundation
import PloyzModel
import PloyzOverlay
import PloyzTrust
import PloyzZFS
import SystemPackage

/// What a machine can say of itself before it is in a cluster.
struct MachineProfile: Sendable {
    let id: MachineID
    let name: MachineName
    let wireguardKey: WireGuardPublicKey
    /// Addresses on the underlay, without ports.
    let addresses: [String]
    let storage: StorageCapability?
    /// `address:port` that the operator named for WireGuard; nil for the configured port at ``addresses``.
    let endpoint: JoinEndpoint?

    var managementAddress: String { "\(ManagementAddress(of: wireguardKey))" }

    /// The certificate's names: the management address and those on the underlay.
    var names: MachineNames { MachineNames(machine: id, addresses: [managementAddress] + addresses) }

    /// Reads or makes the machine's WireGuard key and probes its ZFS.
    ///
    /// - Parameter endpoint: where other machines reach this one, when the operator says so.
    static func read(
        _ configuration: DaemonConfiguration,
        state: StateDirectory,
        name: MachineName?,
        endpoint: String?
    ) async throws -> MachineProfile {
        var addresses = configuration.underlayAddresses
        let named = endpoint.flatMap { try? JoinEndpoint($0) }
        if let endpoint { addresses.insert(named?.host ?? endpoint, at: 0) }
        if addresses.isEmpty { addresses = try DefaultRoute.addresses() }
        guard !addresses.isEmpty else {
            throw PloyzError(
                .failed,
                "no address is known at which other machines reach this one",
                next: "set 'underlay_addresses' in ployzd.toml, or use --endpoint"
            )
        }
        var generator = SystemRandomNumberGenerator()
        let id = MachineID(using: &generator)
        return MachineProfile(
            id: id,
            name: name ?? configuration.name,
            wireguardKey: try await WireGuardKeyFile(path: state.wireguardKey.string).publicKey(),
            addresses: addresses,
            storage: try await configuration.volumeStore(machine: id, state: state)?.capability(),
            endpoint: named
        )
    }

    func endpoints(port: Int) -> [String] {
        var endpoints = addresses.map { $0.contains(":") ? "[\($0)]:\(port)" : "\($0):\(port)" }
        if let endpoint { endpoints[0] = "\(endpoint)" }
        return endpoints
    }
}
