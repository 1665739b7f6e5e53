package import Foundation
package import PloyzAPI
package import PloyzMigration
package import PloyzModel

/// Documents of a small cluster: three machines, `shop/redis` with two volumes, one migration.
package enum Samples {
    package static let date = Date(timeIntervalSince1970: 1_760_000_000)

    package static let m1 = place("m1", "m-0000000000000001")
    package static let m2 = place("m2", "m-0000000000000002")
    package static let m3 = place("m3", "m-0000000000000003")
    package static let operation = name { try OperationID("op-00000000000000aa") }
    package static let cluster = name { try ClusterID("c-00000000000000cc") }
    package static let redis = name { try ServiceRef("shop/redis") }
    package static let data = name { try VolumeRef("shop/data") }
    package static let bulk = name { try VolumeRef("shop/bulk") }
    package static let address = name { try IPv4Address("10.101.1.5") }
    package static let instance = InstanceRef(service: redis, index: 0)

    package static let version = DaemonVersion(version: "0.1.0")
    package static let doctorReport = DoctorReport(findings: [
        DoctorFinding("ip", .ok, "installed"),
        DoctorFinding(
            "etcd",
            .warning,
            "/usr/bin/etcd is not there: this machine can join a cluster, not found one",
            next: "apt-get install etcd-server"
        ),
    ])
    package static let invite = Invite(token: "ployz1-c2FtcGxl-dG9rZW4", expiresAt: date)
    package static let invites = InviteList(
        invites: [
            .init(id: "0123456789abcdef", createdAt: date, expiresAt: date.addingTimeInterval(900), isExpired: false),
            .init(id: "fedcba9876543210", createdAt: date, expiresAt: date, isExpired: true),
        ]
    )

    package static let machines = MachineList(machines: [
        machine(m1, number: 1, lifecycle: .active),
        machine(m2, number: 2, lifecycle: .draining),
        machine(m3, number: 3, lifecycle: .standby),
    ])

    package static let mesh = MeshStatus(
        id: cluster,
        name: name { try ClusterName("demo") },
        network: name { try IPv4Network("10.101.0.0/16") },
        machine: machine(m1, number: 1, lifecycle: .active),
        peers: [
            MeshStatus.Peer(
                machine: m2,
                endpoint: "192.0.2.2:51820",
                handshakeAge: .milliseconds(12_300),
                received: ByteCount(5 << 20),
                sent: ByteCount(1536)
            ),
            MeshStatus.Peer(machine: m3, endpoint: nil, handshakeAge: nil, received: .zero, sent: .zero),
        ],
        storeHealthy: true,
        storageMembers: [m1, m3],
        members: [
            StorageMember(machine: m1, state: .healthy, isLeader: true),
            StorageMember(machine: m2, state: .learner),
            StorageMember(machine: m3, state: .unhealthy),
        ]
    )

    package static let storageChange = StorageChange(
        machine: m2,
        change: .promote,
        isNew: true,
        members: [m1, m2],
        notes: ["an even number adds nothing: 2 survive the loss of 0, as 1 would"]
    )
    /// `abc` and its SHA-256.
    package static let snapshot = [
        SnapshotPiece(bytes: Data("ab".utf8)),
        SnapshotPiece(
            bytes: Data("c".utf8)
                + Data([
                    0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
                    0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
                ])
        ),
    ]
    package static let restoration = StoreRestoration(
        machine: m1,
        keptAt: "/var/lib/ployz/etcd.before-20261126T060000Z",
        left: [m2],
        unreached: [m3],
        behind: ["shop/redis/0 is at epoch 1 in the store and was at 2"]
    )

    package static let services = ServiceList(services: [
        ServiceSummary(
            service: redis,
            image: "redis:7",
            replicas: 1,
            generation: 4,
            volumes: [data, bulk],
            publish: [PublishedPort(port: 6379, target: 6379)],
            instances: [
                InstanceSummary(instance: instance, machine: m1, address: address, state: .running, operation: nil)
            ]
        ),
        ServiceSummary(
            service: name { try ServiceRef("shop/web") },
            image: "web:2",
            replicas: nil,
            generation: 1,
            volumes: [],
            publish: [],
            instances: []
        ),
    ])

    package static let volumes = VolumeList(volumes: [
        VolumeSummary(
            volume: bulk,
            scope: .single,
            machine: m1,
            epoch: Epoch(2),
            quota: Capacity(bytes: 1 << 30),
            used: .mebibytes(256),
            services: [redis],
            previousCopies: [m2, m3]
        ),
        VolumeSummary(
            volume: data,
            scope: .shared,
            machine: m1,
            epoch: .first,
            quota: nil,
            used: nil,
            services: [redis],
            previousCopies: []
        ),
    ])

    package static let status = ClusterStatus(
        id: cluster,
        name: name { try ClusterName("demo") },
        storeHealthy: true,
        machines: machines.machines,
        services: services.services,
        migrations: [MigrationSummary(running)],
        ingress: IngressSummary(open: 3, connections: 1045, retries: 14, failed: 1, cutOff: 4),
        warnings: ["m3 has not been heard of for 4 min"]
    )

    package static let deployPreview = DeployPreview(
        namespace: redis.namespace,
        changes: changes,
        migrations: [preview],
        warnings: ["the port 6379/tcp is published on every machine"]
    )

    package static let deployed = DeployResult(namespace: redis.namespace, changes: changes)

    package static let changes = [
        DeployChange(kind: .create, subject: .volume, name: "shop/data", machine: m1, detail: "quota 1GiB"),
        DeployChange(kind: .create, subject: .service, name: "shop/redis"),
        DeployChange(kind: .create, subject: .instance, name: "shop/redis/0", machine: m1, detail: "redis:7"),
    ]

    package static let rendered = RenderedManifest(
        service: redis,
        format: .toml,
        document: "namespace = \"shop\"\ngeneration = 4\n"
    )

    package static func place(_ text: String, _ id: String) -> MachinePlace {
        MachinePlace(id: name { try MachineID(id) }, name: name { try MachineName(text) })
    }

    package static func machine(
        _ place: MachinePlace,
        number: Int,
        lifecycle: MachineRecord.Lifecycle
    ) -> MachineSummary {
        MachineSummary(
            id: place.id,
            name: place.name,
            lifecycle: lifecycle,
            isLocal: number == 1,
            reachable: number == 3 ? false : true,
            overlayAddress: name { try IPv4Address("10.101.\(number).1") },
            subnet: name { try IPv4Network("10.101.\(number).0/24") },
            managementAddress: "fd00::\(number)",
            endpoints: ["192.0.2.\(number):51820"],
            isStorageMember: number == 1,
            storageRoot: number == 3 ? nil : name { try DatasetName("tank/ployz") },
            storageImplementation: number == 3 ? nil : "zfs-2.3.2",
            instances: number == 1 ? 1 : 0,
            joinedAt: date
        )
    }

    /// A name that is written in this file and known to be valid.
    package static func name<Name>(_ make: () throws -> Name) -> Name {
        do {
            return try make()
        } catch {
            preconditionFailure("a sample is malformed: \(error)")
        }
    }
}
