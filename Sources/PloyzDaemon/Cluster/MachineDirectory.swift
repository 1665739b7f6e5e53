import AsyncHTTPClient
import PloyzAPI
import PloyzMigration
import PloyzModel

/// The daemons of the other machines, found by their records.
struct MachineDirectory: Sendable {
    private let machine: MachineID
    private let store: any ClusterStore
    private let mirror: ClusterMirror
    private let clients: PloyzAPI.PeerDirectory
    private let port: Int

    init(
        machine: MachineID,
        store: any ClusterStore,
        mirror: ClusterMirror,
        credentials: TransportCredentials,
        port: Int
    ) {
        self.machine = machine
        self.store = store
        self.mirror = mirror
        self.clients = PloyzAPI.PeerDirectory(credentials: credentials)
        self.port = port
    }

    /// Closes the connections to all of them, for good.
    func shutDown() async throws { try await clients.shutDown() }

    /// The other machine as the target of a migration.
    func peer(_ id: MachineID) async throws -> any Peer {
        if try await record(of: id) == nil, try await store.get(.revoked(id)) != nil {
            return DepartedPeer(machine: id)
        }
        return try await client(id)
    }

    /// Asks a storage member's daemon for another certificate.
    func renewedCertificate(from member: MachineID, for request: RenewalRequest) async throws -> RenewedCertificate {
        try await client(member).call(RenewalRequest.path, request, within: .seconds(15))
    }

    /// How long a packet takes to the machine and back; nil when it does not answer within two seconds.
    func roundTrip(to machine: MachineRecord) async -> Microseconds? {
        await RoundTripProbe.measure(PeerTarget(machine, port: port), within: .seconds(2))
    }

    /// The other machine's daemon, asked as an operator asks: for what is not this machine's to do.
    func `operator`(_ id: MachineID) async throws -> any OperatorService {
        let client = try await client(id)
        return OperatorClient(machine: client.target.name, baseURL: client.target.baseURL, client: client.http)
    }

    /// What another machine measures; nil when it does not answer within eight seconds.
    func roundTrips(of machine: MachineID) async -> RoundTripMatrix? {
        let request = RoundTripRequest(machine: machine.text)
        guard let other = try? await self.operator(machine) else { return nil }
        return try? await withDeadline(.seconds(8)) { try await other.roundTrips(request) }
    }

    /// The other machine, asked as storage members ask.
    func storage(_ id: MachineID) async throws -> any StoragePeer { try await client(id) }

    /// Whether each of the machines answers within two seconds.
    func reachable(_ machines: [MachineID]) async -> [MachineID: Bool] {
        await withTaskGroup(of: (MachineID, Bool).self) { group in
            for id in machines where id != machine {
                group.addTask {
                    do {
                        let other = try await self.operator(id)
                        _ = try await withDeadline(.seconds(2)) { try await other.version() }
                        return (id, true)
                    } catch {
                        return (id, false)
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    /// What the volumes of each of the machines take, of those that answer within two seconds.
    func volumeUse(on machines: Set<MachineID>) async -> [MachineID: [VolumeRef: ByteCount]] {
        await withTaskGroup(of: (MachineID, [VolumeRef: ByteCount])?.self) { group in
            for id in machines where id != machine {
                group.addTask {
                    guard let other = try? await self.operator(id),
                        let list = try? await withDeadline(.seconds(2), { try await other.volumes() })
                    else { return nil }
                    let own = list.volumes.filter { $0.machine.id == id }
                    let used = own.compactMap { volume in volume.used.map { (volume.volume, $0) } }
                    return (id, Dictionary(used) { first, _ in first })
                }
            }
            return await group.reduce(into: [:]) { all, answer in
                if let answer { all[answer.0] = answer.1 }
            }
        }
    }

    /// What a volume on another machine refers to; nil when that does not answer within two seconds.
    func content(of volume: VolumeRecord) async -> ByteCount? {
        guard let peer = try? await peer(volume.owner) else { return nil }
        let question = TargetQuestion(unit: MigrationUnit(members: [], volumes: [volume]))
        let facts = try? await withDeadline(.seconds(2)) { try await peer.facts(question) }
        return facts?.volumes.first?.dataset?.referenced
    }

    private func client(_ id: MachineID) async throws -> PeerClient {
        guard let record = try await record(of: id) else {
            throw PloyzError(.unknownMachine, "there is no machine \(id)", next: "ployzctl machine ls")
        }
        return try await clients.client(for: PeerTarget(record, port: port))
    }

    /// As the store was last seen: one that does not answer must not keep machines from hearing each other, and a stream, or
    /// a downtime, from going on. The certificate tells whether it is the machine that is meant.
    private func record(of id: MachineID) async throws -> MachineRecord? {
        if let known = mirror.value(.machine(id)).flatMap({ try? JSON.decode(MachineRecord.self, from: $0) }) {
            return known
        }
        return try await store.record(MachineRecord.self, at: .machine(id))
    }
}

/// Runs `body` and gives up after `limit`.
private func withDeadline<Value: Sendable>(
    _ limit: Duration,
    _ body: @Sendable @escaping () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw PloyzError(.peerUnreachable, "no answer within \(Microseconds(limit))")
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}
