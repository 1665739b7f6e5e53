import Foundation
import PloyzAPI
import PloyzMigration
import PloyzModel
import PloyzOverlay
import PloyzTrust

/// Lets a machine with a valid invitation into the cluster: one transaction that uses the invitation up and claims the
/// machine's name and subnet.
struct Gatekeeper: Sendable {
    /// Subnets are claimed one after the other; two machines that join at once may want the same and try again.
    private static let tries = 16

    private let store: any ClusterStore
    private let cluster: ClusterRecord

    init(store: any ClusterStore, cluster: ClusterRecord) {
        self.store = store
        self.cluster = cluster
    }

    /// Admits the applicant, who gets `id`, for the secret of its token. Its certificate is noted with it.
    ///
    /// - Throws: ``PloyzError`` `token-refused`, `name-taken`, `cluster-full`, or what the store throws. Nothing was
    ///   changed then, but for an unknown outcome of the store.
    func admit(
        _ applicant: AdmissionRequest,
        as id: MachineID,
        key: WireGuardPublicKey,
        certificate: IssuedCertificates.Certificate,
        at date: Date
    ) async throws -> MachineRecord {
        let secret = try applicant.checkedSecret()
        for _ in 0..<Self.tries {
            let inviteKey = StoreKey.invite(hash: secret.hash)
            guard let invite = try await store.record(InviteRecord.self, at: inviteKey) else {
                throw InviteRecord.unknown
            }
            try invite.accept(secret, at: date)
            if try await store.get(.machineName(applicant.name)) != nil {
                throw PloyzError(
                    .nameTaken,
                    "the cluster has a machine named '\(applicant.name)' already",
                    state: "the token can still be used",
                    next: "join again with another name: set 'name' in ployzd.toml, or use --machine-name"
                )
            }
            let record = MachineRecord(
                id: id,
                name: applicant.name,
                wireguardKey: key.text,
                endpoints: applicant.endpoints,
                subnet: try await freeSubnet(),
                managementAddress: "\(ManagementAddress(of: key))",
                lifecycle: .active,
                storage: applicant.storage,
                isStorageMember: false,
                labels: [:],
                joinedAt: date
            )
            var transaction = try Self.claims(of: record)
            transaction.conditions.append(try .value(inviteKey, encoding: invite))
            if Guard.tokenUse.isOn { transaction.writes.append(.delete(inviteKey)) }
            transaction.writes.append(try .put(IssuedCertificates(machine: id, certificates: [certificate])))
            if try await store.commit(transaction) { return record }
        }
        throw PloyzError(
            .failed,
            "other machines joined at the same time, \(Self.tries) times over",
            state: "the token can still be used",
            next: "run the same command again"
        )
    }

    /// What a machine's record and its claims take in the store, provided that nobody has them.
    static func claims(of record: MachineRecord) throws -> StoreTransaction {
        let keys: [StoreKey] = [.machineName(record.name), .subnet(record.subnet)]
        return StoreTransaction(
            conditions: [.absent(record)] + keys.map { .absent($0) },
            writes: [try .put(record)] + (try keys.map { try .put($0, encoding: record.id) })
        )
    }

    /// The lowest /24 that no machine has and in which no instance's address lies, wherever that lives.
    private func freeSubnet() async throws -> IPv4Network {
        let machines = try await store.records(MachineRecord.self, under: .machines)
        let instances = try await store.records(InstanceRecord.self, under: .instances)
        let taken = Set(machines.map(\.subnet))
            .union(instances.map { IPv4Network(containing: $0.address, prefixLength: Self.subnetLength) })
        guard let subnet = Self.subnets(of: cluster.network).first(where: { !taken.contains($0) }) else {
            throw PloyzError(
                .clusterFull,
                "every /24 of \(cluster.network) is taken",
                state: "the token can still be used"
            )
        }
        return subnet
    }

    static let subnetLength = 24

    /// The subnets that machines get, lowest first. The first /24 stays free: it is nobody's, for later use.
    static func subnets(of network: IPv4Network) -> some Sequence<IPv4Network> {
        sequence(first: UInt32(1)) { $0 + 1 }.lazy
            .map { network.subnet($0, prefixLength: subnetLength) }
            .prefix { $0 != nil }
            .compactMap { $0 }
    }
}

extension ErrorCode {
    /// Another machine has the name.
    static let nameTaken = ErrorCode("name-taken", exitStatus: 3)
    /// No subnet is left.
    static let clusterFull = ErrorCode("cluster-full", exitStatus: 3)
}
