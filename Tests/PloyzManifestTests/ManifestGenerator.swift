import PloyzModel

/// Manifests of every shape, all valid, for round trips.
enum ManifestGenerator {
    static func manifest(using generator: inout SeededGenerator) throws -> Manifest {
        let volumes = try (0..<Int.random(in: 0...3, using: &generator)).map { index in
            VolumeSpec(
                name: try VolumeName("vol-\(index)"),
                scope: .shared,
                quota: pick([nil, Capacity(bytes: 1 << 20), Capacity(bytes: 1_048_577)], &generator),
                mode: try FileMode(pick(["0755", "700", "1777"], &generator)),
                owner: pick([.root, Ownership(user: 999, group: 0x7fff_ffff)], &generator)
            )
        }
        let services = try (0..<Int.random(in: 1...3, using: &generator)).map { index in
            try service(index, volumes: volumes.map(\.name), using: &generator)
        }
        var manifest = Manifest(namespace: try NamespaceName("shop"), services: services, volumes: volumes)
        if Bool.random(using: &generator) {
            let move = PlacementIntent(
                move: .init(fromMachine: MachineID(using: &generator), toMachine: MachineID(using: &generator))
            )
            let mounted = Set(services.flatMap(\.volumeNames))
            manifest.intent = Intent(
                services: services.map { ServiceIntent(service: $0.name, instance: 0, intent: move) },
                volumes: mounted.sorted().map { VolumeIntent(volume: $0, intent: move) }
            )
            manifest.generation = pick([nil, 1, UInt64(Int64.max)], &generator)
        }
        return manifest
    }

    private static func service(
        _ index: Int,
        volumes: [VolumeName],
        using generator: inout SeededGenerator
    ) throws -> ServiceSpec {
        let mounted = volumes.filter { _ in Bool.random(using: &generator) }
        var mounts = mounted.map { Mount(source: .volume($0), target: "/data/\($0) x", readonly: false) }
        if Bool.random(using: &generator) { mounts.append(Mount(source: .tmpfs, target: "/tmp", readonly: true)) }
        if Bool.random(using: &generator) { mounts.append(Mount(source: .bind("/etc/é"), target: "/etc/x")) }
        return ServiceSpec(
            name: try ServiceName("service-\(index)"),
            placement: .replicated(count: mounted.isEmpty ? pick([1, 100], &generator) : 1),
            template: ContainerTemplate(
                image: pick(["redis:7", "sha256:" + String(repeating: "a", count: 64)], &generator),
                command: pick([nil, ["a b", "", text(&generator)]], &generator),
                entrypoint: pick([nil, []], &generator),
                env: [
                    "A": .text(text(&generator)), "B.C-D_1": .text(text(&generator)), "E": "",
                    "F": pick([.secret(Secret(text(&generator))), .stored(SecretTag(using: &generator))], &generator),
                ],
                mounts: mounts,
                user: pick([nil, "999:www-data"], &generator),
                capAdd: pick([[], ["NET_ADMIN", "ALL"]], &generator),
                stopGracePeriod: pick([Span(milliseconds: 1500), Span(milliseconds: 0)], &generator),
                pullPolicy: pick(PullPolicy.allCases, &generator),
                resources: pick(
                    [nil, Resources(), Resources(memory: Capacity(bytes: 1 << 30), cpus: 0.25)],
                    &generator
                ),
                sysctls: pick([[:], ["net.core.somaxconn": "1024"]], &generator)
            ),
            candidateNetwork: pick([nil, .egress, .sealed], &generator),
            servicePorts: [ServicePort(name: "main", port: 80), ServicePort(port: 80, protocol: .udp)],
            publish: pick([[], [PublishedPort(port: 8000 + index, target: 80)]], &generator),
            routes: pick([[], [HTTPRoute(host: "a-\(index).example.com", path: "/x'\"", port: 80)]], &generator),
            readiness: pick(
                [
                    nil, Readiness(probe: .http(port: 80, path: "/up")), Readiness(probe: .tcp(port: 80)),
                    Readiness(probe: .exec(command: ["true", text(&generator)]), timeout: Span(milliseconds: 100)),
                ],
                &generator
            ),
            labels: pick([[:], ["team/owner": text(&generator)]], &generator),
            restart: pick(RestartPolicy.allCases, &generator)
        )
    }

    /// Text with everything that needs care in one format or the other.
    private static func text(_ generator: inout SeededGenerator) -> String {
        let pieces = [
            "\"", "'", "'''", "\\", "\n", "\r\n", "\t", "\u{1}", "\u{7f}", "é", "e\u{301}", "😀", "#", "=", "${A}", " ",
        ]
        return (0..<Int.random(in: 0...8, using: &generator)).map { _ in pick(pieces, &generator) }.joined()
    }

    private static func pick<Value>(_ values: [Value], _ generator: inout SeededGenerator) -> Value {
        values[Int.random(in: 0..<values.count, using: &generator)]
    }
}
