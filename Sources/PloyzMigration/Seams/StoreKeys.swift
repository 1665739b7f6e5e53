package import PloyzModel

/// Every key of the cluster store, in one place.
extension StoreKey {
    package static let root = StoreKey("/ployz/1/")

    package static let cluster = root.appending("cluster")

    package static let machines = root.appending("machines/")
    package static func machine(_ id: MachineID) -> StoreKey { machines.appending(id.text) }
    /// Claims of names and subnets: two machines that join at once cannot get the same one.
    package static func machineName(_ name: MachineName) -> StoreKey { root.appending("machine-names/\(name)") }
    package static let subnets = root.appending("subnets/")
    package static func subnet(_ network: IPv4Network) -> StoreKey { subnets.appending("\(network.base)") }

    /// The certificates that the authority has made for each machine.
    package static let certificates = root.appending("certificates/")
    package static func certificates(of machine: MachineID) -> StoreKey { certificates.appending(machine.text) }
    /// Machines that are no longer of the cluster.
    package static let revoked = root.appending("revoked/")
    package static func revoked(_ machine: MachineID) -> StoreKey { revoked.appending(machine.text) }

    package static let invites = root.appending("invites/")
    /// `hash` is the SHA-256 of the token's secret, in hexadecimal.
    package static func invite(hash: String) -> StoreKey { invites.appending(hash) }

    package static let services = root.appending("services/")
    package static func service(_ ref: ServiceRef) -> StoreKey { services.appending(ref.description) }
    /// Values of secrets; only what starts containers, and deployments, read them.
    package static let secrets = root.appending("secrets/")
    package static func secrets(of ref: ServiceRef) -> StoreKey { secrets.appending(ref.description) }
    package static let instances = root.appending("instances/")
    package static func instances(of ref: ServiceRef) -> StoreKey { instances.appending("\(ref)/") }
    package static func instance(_ ref: InstanceRef) -> StoreKey { instances.appending(ref.description) }
    /// What machines last said of their instances.
    package static let statuses = root.appending("status/")
    package static func status(_ ref: InstanceRef) -> StoreKey { statuses.appending(ref.description) }
    package static let volumes = root.appending("volumes/")
    package static func volume(_ ref: VolumeRef) -> StoreKey { volumes.appending(ref.description) }
    package static let routes = root.appending("routes/")
    package static func route(_ address: IPv4Address) -> StoreKey { routes.appending("\(address)") }
    /// Claims of published ports, unique in the cluster; the value is the service's reference.
    package static let publishedPorts = root.appending("published-ports/")
    package static func publishedPort(_ port: PublishedPort) -> StoreKey {
        publishedPorts.appending("\(port.protocol.rawValue)/\(port.port)")
    }

    package static let operations = root.appending("operations/")
    package static func operation(_ id: OperationID) -> StoreKey { operations.appending(id.text) }
    /// `running`, then `committed` or `aborted`, each written by a transaction that compares it with `running`.
    package static let decisions = root.appending("decisions/")
    package static func decision(_ id: OperationID) -> StoreKey { decisions.appending(id.text) }
    /// Written by the target when the candidate is ready, deleted before it is given up; the value is the attempt.
    package static func candidate(_ id: OperationID) -> StoreKey { root.appending("candidates/\(id)") }
    /// The operation that has the service; keeps deploys and other migrations of it out.
    package static let locks = root.appending("locks/")
    package static func lock(_ ref: ServiceRef) -> StoreKey { locks.appending(ref.description) }

    /// The emptying of machines, by machine.
    package static let drains = root.appending("drains/")
    package static func drain(_ machine: MachineID) -> StoreKey { drains.appending(machine.text) }
    /// The ID of the drain that was begun last: two that were planned without knowing of each other cannot both begin.
    package static let drainTurn = root.appending("drain-turn")

    /// Whether this is the key of something under `prefix`.
    package func isBelow(_ prefix: StoreKey) -> Bool { text.utf8.starts(with: prefix.text.utf8) }

    /// The address whose record is at this key; nil for any other key.
    package var routeAddress: IPv4Address? {
        isBelow(.routes) ? try? IPv4Address(String(text.dropFirst(Self.routes.text.count))) : nil
    }

    private func appending(_ part: String) -> StoreKey { StoreKey(text + part) }
}
