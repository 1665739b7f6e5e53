import Foundation
import PloyzAPI
import PloyzIngress
import PloyzMigration
import PloyzModel
import PloyzOverlay
import PloyzStore
import PloyzZFS

extension Member {
    func meshStatus() async throws -> MeshStatus {
        let machines = listings.machines().machines
        guard let own = machines.first(where: \.isLocal) else {
            throw PloyzError(
                .storeUnreachable,
                "the store has not been read since the daemon started",
                next: "ployzctl mesh status"
            )
        }
        let records = mirror.records(MachineRecord.self, under: .machines)
        let traffic = try await network.traffic()
        return MeshStatus(
            id: identity.cluster.id,
            name: identity.cluster.name,
            network: identity.cluster.network,
            machine: own,
            peers: records.filter { $0.id != own.id }.sorted { $0.name < $1.name }.map { record in
                let seen = traffic[record.wireguardKey]
                return MeshStatus.Peer(
                    machine: MachinePlace(record),
                    endpoint: seen?.endpoint ?? record.endpoints.first,
                    handshakeAge: seen?.latestHandshake.map {
                        Microseconds(.seconds(max(0, timekeeper.date.timeIntervalSince1970 - Double($0))))
                    },
                    received: seen?.received ?? .zero,
                    sent: seen?.sent ?? .zero
                )
            },
            storeHealthy: await storeIsHealthy(),
            storageMembers: records.filter(\.isStorageMember).map(MachinePlace.init),
            members: await storageMembers()
        )
    }

    func machines() async -> MachineList {
        let records = mirror.records(MachineRecord.self, under: .machines)
        return listings.machines(reachable: await peers.reachable(records.map(\.id)))
    }

    /// - Parameter askingOthers: each owner is asked what its volumes take; else only this machine's are known.
    func volumeList(askingOthers: Bool) async throws -> VolumeList {
        let local = identity.machine.id
        let owners = Set(mirror.records(VolumeRecord.self, under: .volumes).map(\.owner)).subtracting([local])
        async let elsewhere = askingOthers ? peers.volumeUse(on: owners) : [:]
        let datasets = try await volumes?.datasets() ?? []
        let used = datasets.compactMap { dataset in dataset.stamp.map { ($0.volume, dataset.used) } }
        var all = await elsewhere
        all[local] = Dictionary(used) { first, _ in first }
        return listings.volumes(used: all)
    }

    func clusterStatus() async throws -> ClusterStatus {
        let machines = await machines().machines
        let services = listings.services().services
        let isHealthy = await storeIsHealthy()
        var warnings: [String] = []
        if !isHealthy { warnings.append("the cluster store does not answer") }
        warnings += storeGuard.behind.map { "the store is behind, nothing is started here: \($0)" }
        warnings += machines.filter { $0.reachable == false }.map { "\($0.name) does not answer" }
        for instance in services.flatMap(\.instances) where [.failed, .unready].contains(instance.state) {
            let reason = mirror.value(.status(instance.instance))
                .flatMap { try? JSON.decode(InstanceStatus.self, from: $0) }?.message
            warnings.append("\(instance.instance) is \(instance.state.rawValue): \(reason ?? "no reason was given")")
        }
        warnings += overdueCertificates()
        let name = machines.first(where: \.isLocal)?.name ?? identity.machine.name
        warnings += await network.problems.map { "\(name): \($0)" }
        warnings += await serving.problems.map { "\(name): \($0)" }
        return ClusterStatus(
            id: identity.cluster.id,
            name: identity.cluster.name,
            storeHealthy: isHealthy,
            machines: machines,
            services: services,
            migrations: listings.migrations().filter { $0.finishedAt == nil }.map(MigrationSummary.init),
            ingress: await serving.counters.map {
                IngressSummary(
                    open: $0.open,
                    connections: $0.connections,
                    retries: $0.retries,
                    failed: $0.failed,
                    cutOff: $0.cutOff
                )
            },
            refused: refusals.all,
            warnings: warnings
        )
    }

    /// Certificates that should have been renewed by now.
    private func overdueCertificates() -> [String] {
        let records = mirror.records(MachineRecord.self, under: .machines)
        return mirror.records(IssuedCertificates.self, under: .certificates).compactMap { issued in
            guard let certificate = issued.current, certificate.isOverdue(at: timekeeper.date),
                let machine = records.first(where: { $0.id == issued.machine })
            else { return nil }
            return "the certificate of \(machine.name) ends at \(certificate.expires.formatted(.iso8601)) "
                + "and is not renewed; its log says why"
        }
    }

    private func storeIsHealthy() async -> Bool {
        await store.health().contains(where: \.isHealthy)
    }
}
