import Foundation
import Logging
import PloyzAPI
import PloyzContainers
import PloyzIngress
import PloyzMigration
import PloyzModel
import PloyzOverlay
import PloyzStore
import PloyzSupervisor
import PloyzTransfer
import PloyzTrust
import PloyzZFS
import SystemPackage

/// This machine as a member of its cluster: every part, made once and joined together.
///
/// What must outlive the daemon (etcd, wireguard-go, containers, routes) is adopted when it is there already.
final class Member: Sendable {
    let identity: MachineIdentity
    let configuration: DaemonConfiguration
    let state: StateDirectory
    let refusals: Refusals
    let logger: Logger
    let timekeeper = SystemTimekeeper()
    let credentials: CredentialFiles
    let root: TrustRoot
    let transport: TransportCredentials
    let supervisor: any Supervisor
    let store: EtcdClusterStore
    let storage: StorageKeeper
    let mirror: ClusterMirror
    let placements: LocalPlacements
    let storeGuard: StoreGuard
    let claims = InstanceClaims()
    let engine: DockerEngine
    let volumes: ZFSVolumeStore?
    let network: LinuxInstanceNetwork
    let routing: RoutingKeeper
    let starter: InstanceStarter
    let serving: ServingKeeper
    let peers: MachineDirectory
    let streams: StreamEnds
    let migrations: MigrationService
    let deployer: Deployer
    let standing: Standing
    /// Those of other machines to this one's API.
    let connections = PeerConnections()

    init(
        identity: MachineIdentity,
        configuration: DaemonConfiguration,
        state: StateDirectory,
        refusals: Refusals,
        logger: Logger
    ) throws {
        var logger = logger
        logger[metadataKey: "machine.name"] = "\(identity.machine.name)"
        self.identity = identity
        self.configuration = configuration
        self.state = state
        self.refusals = refusals
        self.logger = logger
        let machine = identity.machine.id
        credentials = CredentialFiles(directory: state.pki.string)
        guard let loaded = try credentials.load() else {
            throw PloyzError(
                .failed,
                "the machine's certificate is gone from \(state.pki)",
                next: "restore the directory from a backup, or remove the machine and join it anew"
            )
        }
        root = loaded.root
        supervisor = Self.makeSupervisor(state)
        store = try EtcdClusterStore(
            endpoints: identity.endpoints(port: configuration.storePort),
            credentials: StoreCredentials(credentials),
            logger: logger
        )
        storage = try StorageKeeper(
            identity: identity,
            configuration: configuration,
            directory: state,
            supervisor: supervisor,
            store: store,
            logger: logger
        )
        mirror = ClusterMirror(store: store, logger: logger)
        placements = LocalPlacements(of: mirror, on: machine)
        standing = try Standing(cluster: identity.cluster.name, file: DurableFile(state.removal))
        storeGuard = try StoreGuard(
            machine: machine,
            cluster: identity.cluster.id,
            file: DurableFile(state.epochs),
            logger: logger
        )
        let engine = DockerEngine(
            socket: configuration.dockerSocket,
            sandboxProgram: configuration.sandboxProgram,
            logger: logger
        )
        self.engine = engine
        volumes = try configuration.volumeStore(machine: machine, state: state, logger: logger) {
            try await engine.containers().filter(\.isRunning).map(\.pid)
        }
        network = LinuxInstanceNetwork(
            configuration: try configuration.overlay(state: state),
            member: OverlayMember(
                machine: machine,
                cluster: identity.cluster.network,
                subnet: identity.machine.subnet,
                management: try ManagementAddress(identity.machine.managementAddress)
            ),
            supervisor: supervisor,
            ownProcesses: { [processes = ServingProcesses(supervisor: supervisor)] in await processes() },
            execute: { instance, command in try await engine.execute(command, in: instance) }
        )
        routing = RoutingKeeper(
            cluster: identity.cluster,
            store: store,
            network: network,
            memory: RoutingMemory(state.picture),
            logger: logger
        )
        let containers = SecretsEngine(engine: engine, mirror: mirror, store: store)
        starter = InstanceStarter(
            machine: machine,
            store: store,
            volumes: volumes,
            engine: containers,
            network: network,
            nameServers: Self.nameServers(identity, configuration)
        )
        serving = Self.makeServing(identity, configuration, state, supervisor, network, timekeeper, logger)
        transport = TransportCredentials(certificate: loaded.certificate, root: loaded.root)
        peers = MachineDirectory(
            machine: machine,
            store: store,
            mirror: mirror,
            credentials: transport,
            port: configuration.apiPort
        )
        streams = StreamEnds(
            identity: identity,
            configuration: configuration,
            volumes: volumes,
            engine: engine,
            timekeeper: timekeeper,
            refusals: refusals,
            logger: logger
        )
        let seams = MachineSeams(
            machine: machine,
            architecture: MachineArchitecture.current,
            store: store,
            volumes: volumes,
            containers: containers,
            network: network,
            journal: FileJournal(directory: state.journal).stoppingAtBreakpoints(),
            claims: claims,
            routes: routing,
            time: timekeeper,
            nameServers: Self.nameServers(identity, configuration)
        )
        migrations = MigrationService(
            seams: seams,
            peers: peers,
            streams: streams,
            storeGuard: storeGuard,
            logger: logger
        )
        let own = volumes
        let others = peers
        deployer = Deployer(store: store, mirror: mirror, migrations: migrations, timekeeper: timekeeper) { volume in
            guard volume.owner == machine else { return await others.content(of: volume) }
            return try? await own?.dataset(of: volume.ref)?.referenced
        }
    }

    var listings: Listings { Listings(mirror: mirror, local: identity.machine.id) }

    var lifecycles: Lifecycles { Lifecycles(store: store) }

    var invitations: Invitations {
        Invitations(
            cluster: identity.cluster,
            root: root,
            store: store,
            mirror: mirror,
            joinPort: configuration.joinPort,
            timekeeper: timekeeper
        )
    }

    /// Helpers are units of their own where systemd is PID 1, and detached processes elsewhere.
    private static func makeSupervisor(_ state: StateDirectory) -> any Supervisor {
        guard SystemdSupervisor.isHere else { return DetachedSupervisor(directory: state.helpers.string) }
        let runner = SystemInvocationRunner()
        return SystemdSupervisor(directory: state.helpers.string) { program, arguments in
            let result = try await runner.run(Invocation(program, arguments))
            return (result.status, result.output, result.errors)
        }
    }

    /// Returns when this machine has read the store.
    ///
    /// - Throws: ``PloyzError`` `store-unreachable` after `limit`.
    func waitUntilRead(within limit: Duration) async throws {
        let mirror = mirror
        guard await PloyzSupervisor.waitUntil(within: limit, every: .milliseconds(20), { mirror.isRead }) else {
            throw PloyzError(
                .storeUnreachable,
                "the cluster store did not answer within \(Microseconds(limit))",
                state: "this machine is a member and goes on trying",
                next: "ployzctl mesh status"
            )
        }
    }
}
