// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target: language mode 6, warnings are errors, and the upcoming
/// features that make access levels and existentials visible.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let swiftASN1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let tomlKit = Target.Dependency.product(name: "TOMLKit", package: "TOMLKit")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")

/// `scripts/fuzz` builds the parsers alone, instrumented: all of a target, or these files of it, so that no NIO comes along.
let parsers: [String: [String]?] = [
    "PloyzAPI": [
        "Documents", "Peer/Join/Admission.swift", "Peer/Join/AdmissionRequest.swift",
        "Peer/Storage/StoragePeer.swift", "Wire/Document.swift", "Wire/ErrorDocument.swift", "Wire/StreamLine.swift",
    ],
    "PloyzIngress": [
        "Files/GeneratedFile.swift", "Ingress/HAProxyComplaint.swift", "Ingress/HTTPPath.swift",
        "Ingress/IngressBook.swift", "Ingress/IngressClaim.swift", "Ingress/IngressCounters.swift",
        "Ingress/IngressDirectory.swift", "Ingress/IngressSettings.swift", "Ingress/IngressShard.swift",
        "Ingress/IngressText.swift", "Names/NamesFile.swift", "Services",
    ],
    "PloyzManifest": nil,
    "PloyzMigration": nil,
    "PloyzModel": nil,
    "PloyzOverlay": [
        "Listeners", "Model", "Tools/Invocation.swift", "Tools/InvocationRunner.swift",
        "Tools/InvocationRunner+Require.swift", "WireGuard/PeerTraffic.swift", "WireGuard/WireGuardDump.swift",
        "WireGuard/WireGuardEndpoint.swift", "WireGuard/WireGuardPeer.swift", "WireGuard/WireGuardPublicKey.swift",
    ],
    "PloyzStore": [
        "Gateway/EtcdMemberMessages.swift", "Gateway/EtcdMessages.swift", "StoreFailure.swift", "Watch",
    ],
    "PloyzSystem": nil,
    "PloyzTransfer": ["Wire"],
    "PloyzTrust": nil,
    "PloyzZFS": [
        "Commands/ZFSComplaint.swift", "Commands/ZFSErrors.swift", "Commands/ZFSProperty.swift",
        "Mounts/MountTable.swift", "Reading",
    ],
]

let package = Package(
    name: "ployz",
    dependencies: [
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // What the lab is used for: the demo, the benchmarks and the lab's tests share their scenarios.
        .target(
            name: "LabScenarios",
            dependencies: [subprocess, system, "PloyzAPI", "PloyzMigration", "PloyzModel"],
            swiftSettings: settings
        ),

        .testTarget(
            name: "LabTests",
            dependencies: ["LabScenarios", "PloyzAPI", "PloyzMigration", "PloyzModel"],
            swiftSettings: settings
        ),

        // Figures, taken side by side in a lab.
        .executableTarget(
            name: "ployz-bench",
            dependencies: [argumentParser, "LabScenarios", "PloyzAPI", "PloyzMigration", "PloyzModel"],
            swiftSettings: settings
        ),

        // The main job, shown.
        .executableTarget(name: "ployz-demo", dependencies: ["LabScenarios"], swiftSettings: settings),

        // Faults at every boundary of a migration, in a lab.
        .executableTarget(
            name: "ployz-faults",
            dependencies: [argumentParser, "LabScenarios"],
            swiftSettings: settings
        ),

        // What strangers try.
        .executableTarget(
            name: "ployz-hostile",
            dependencies: [argumentParser, "LabScenarios"],
            swiftSettings: settings
        ),

        // What the loss of the founder, and of the store, does.
        .executableTarget(
            name: "ployz-founder",
            dependencies: [argumentParser, "LabScenarios"],
            swiftSettings: settings
        ),

        // What clients notice of moves.
        .executableTarget(
            name: "ployz-traffic",
            dependencies: [argumentParser, "LabScenarios"],
            swiftSettings: settings
        ),

        // A machine emptied, under traffic and through a power loss.
        .executableTarget(
            name: "ployz-drain",
            dependencies: [argumentParser, "LabScenarios"],
            swiftSettings: settings
        ),

        // What a change costs a daemon in a large cluster.
        .executableTarget(
            name: "ployz-scale",
            dependencies: [
                argumentParser, logging, subprocess, "LabScenarios", "PloyzMigration", "PloyzModel", "PloyzStore",
            ],
            swiftSettings: settings
        ),

        // What needs a Debian kernel, systemd and real boots.
        .executableTarget(
            name: "ployz-guests",
            dependencies: [argumentParser, "LabScenarios"],
            swiftSettings: settings
        ),

        // A database around a circle of machines, looked at closely after each move.
        .executableTarget(
            name: "ployz-postgres",
            dependencies: [argumentParser, "LabScenarios"],
            swiftSettings: settings
        ),

        // The proof: every call of the engine goes wrong, then every pair of calls.
        .executableTarget(
            name: "ployz-schedules",
            dependencies: [argumentParser, "PloyzMigration", "PloyzModel", "PloyzTestSupport"],
            swiftSettings: settings
        ),

        // What daemons use, and leave behind, over hundreds of moves.
        .executableTarget(
            name: "ployz-soak",
            dependencies: [argumentParser, "LabScenarios"],
            swiftSettings: settings
        ),

        // The operator's command.
        .executableTarget(name: "ployzctl", dependencies: ["PloyzCommands"], swiftSettings: settings),

        // The daemon.
        .executableTarget(
            name: "ployzd",
            dependencies: [argumentParser, logging, serviceLifecycle, unixSignals, "PloyzAPI", "PloyzDaemon"],
            swiftSettings: settings
        ),

        // System calls that Swift cannot reach by itself: setns, pidfd, processes that are nobody's child.
        .target(name: "CPloyzSystem"),

        // Requests, responses and routes of the daemon's API: client and server.
        .target(
            name: "PloyzAPI",
            dependencies: [
                asyncHTTPClient, hummingbird, hummingbirdCore, hummingbirdTLS, logging, nioCore, nioHTTP1, nioPosix,
                nioSSL, nioTLS, serviceLifecycle, "PloyzMigration", "PloyzModel", "PloyzTrust",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PloyzAPITests",
            dependencies: [
                hummingbird, logging, nioCore, nioEmbedded, nioHTTP1, nioTLS, "PloyzAPI", "PloyzAPITestSupport",
                "PloyzModel", "PloyzTestSupport", "PloyzTrust",
            ],
            swiftSettings: settings
        ),

        // An operator service that answers with samples, for the tests of both ends of the API.
        .target(
            name: "PloyzAPITestSupport",
            dependencies: ["PloyzAPI", "PloyzMigration", "PloyzModel"],
            swiftSettings: settings
        ),

        // The commands of ployzctl.
        .target(
            name: "PloyzCommands",
            dependencies: [argumentParser, crypto, subprocess, system, "PloyzAPI", "PloyzMigration", "PloyzModel"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PloyzCommandsTests",
            dependencies: ["PloyzAPITestSupport", "PloyzCommands"],
            exclude: ["Snapshots"],
            swiftSettings: settings
        ),

        // Containers over the Docker Engine API.
        .target(
            name: "PloyzContainers",
            dependencies: [
                asyncHTTPClient, crypto, logging, nioCore, nioHTTP1, system, "PloyzMigration", "PloyzModel",
                "PloyzSystem",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PloyzContainersTests",
            dependencies: [asyncHTTPClient, logging, nioCore, system, "PloyzContainers"],
            exclude: ["Recorded"],
            swiftSettings: settings
        ),

        // Wiring, the cluster's life, deploy, and thin handlers.
        .target(
            name: "PloyzDaemon",
            dependencies: [
                asyncHTTPClient, logging, serviceLifecycle, system, tomlKit, "CPloyzSystem",
                "PloyzAPI", "PloyzContainers", "PloyzIngress", "PloyzManifest", "PloyzMigration", "PloyzModel",
                "PloyzOverlay", "PloyzStore", "PloyzSupervisor", "PloyzTransfer", "PloyzTrust", "PloyzZFS",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PloyzDaemonTests",
            dependencies: [
                logging, system, "PloyzAPI", "PloyzAPITestSupport", "PloyzDaemon", "PloyzMigration", "PloyzModel",
                "PloyzOverlay", "PloyzStore", "PloyzSupervisor", "PloyzTestSupport", "PloyzTransfer", "PloyzTrust",
            ],
            swiftSettings: settings
        ),

        // Names by dnsmasq and published ports by HAProxy, from the records.
        .target(
            name: "PloyzIngress",
            dependencies: [logging, "PloyzModel", "PloyzSupervisor", "PloyzSystem"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PloyzIngressTests",
            dependencies: ["PloyzIngress", "PloyzSupervisor"],
            swiftSettings: settings
        ),

        // Manifests: one value tree, one walk over a schema, then the rules.
        .target(name: "PloyzManifest", dependencies: ["PloyzModel"], swiftSettings: settings),
        // TOMLKit is the tests' second opinion on what a TOML document says.
        .testTarget(
            name: "PloyzManifestTests",
            dependencies: [tomlKit, "PloyzManifest", "PloyzModel"],
            swiftSettings: settings
        ),

        // The heart: no network, no processes.
        .target(name: "PloyzMigration", dependencies: [logging, "PloyzModel"], swiftSettings: settings),
        .testTarget(
            name: "PloyzMigrationTests",
            dependencies: ["PloyzMigration", "PloyzTestSupport"],
            swiftSettings: settings
        ),

        // Value types that every target may import; no input or output.
        .target(name: "PloyzModel", swiftSettings: settings),
        .testTarget(name: "PloyzModelTests", dependencies: ["PloyzModel"], swiftSettings: settings),

        // WireGuard, addresses, routes, the instances' links.
        .target(
            name: "PloyzOverlay",
            dependencies: [
                logging, subprocess, system, "CPloyzSystem", "PloyzMigration", "PloyzModel", "PloyzSupervisor",
                "PloyzSystem",
            ],
            swiftSettings: settings
        ),
        .testTarget(name: "PloyzOverlayTests", dependencies: ["PloyzOverlay"], swiftSettings: settings),

        // The cluster store over etcd.
        .target(
            name: "PloyzStore",
            dependencies: [asyncHTTPClient, logging, nioCore, nioHTTP1, nioSSL, "PloyzMigration", "PloyzModel"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PloyzStoreTests",
            dependencies: [crypto, logging, nioCore, "PloyzStore", "PloyzTestSupport", "PloyzTrust"],
            swiftSettings: settings
        ),

        // Helper processes that outlive the daemon.
        .target(
            name: "PloyzSupervisor",
            dependencies: ["CPloyzSystem", "PloyzModel", "PloyzSystem"],
            swiftSettings: settings
        ),
        .testTarget(name: "PloyzSupervisorTests", dependencies: ["PloyzSupervisor"], swiftSettings: settings),

        // What several parts need of the kernel and of concurrency, and Foundation has not.
        .target(name: "PloyzSystem", swiftSettings: settings),
        .testTarget(name: "PloyzSystemTests", dependencies: ["PloyzSystem"], swiftSettings: settings),

        // In-memory seams, fault injector, virtual time.
        .target(
            name: "PloyzTestSupport",
            dependencies: ["PloyzMigration", "PloyzModel"],
            swiftSettings: settings
        ),

        // The bulk stream between machines.
        .target(
            name: "PloyzTransfer",
            dependencies: [logging, system, "CPloyzSystem", "PloyzMigration", "PloyzModel"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PloyzTransferTests",
            dependencies: [logging, system, "PloyzMigration", "PloyzModel", "PloyzTestSupport", "PloyzTransfer"],
            swiftSettings: settings
        ),

        // The cluster's certificate authority, certificates, invitations.
        .target(
            name: "PloyzTrust",
            dependencies: [crypto, swiftASN1, x509, "PloyzModel"],
            swiftSettings: settings
        ),
        .testTarget(name: "PloyzTrustTests", dependencies: ["PloyzTrust"], swiftSettings: settings),

        // Volumes over the zfs command.
        .target(
            name: "PloyzZFS",
            dependencies: [logging, subprocess, system, "PloyzMigration", "PloyzModel", "PloyzSystem"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PloyzZFSTests",
            dependencies: [logging, subprocess, system, "PloyzMigration", "PloyzModel", "PloyzTransfer", "PloyzZFS"],
            swiftSettings: settings
        ),
    ]
)

// Only for `scripts/fuzz`: one program with every fuzz target.
if Context.environment["PLOYZ_FUZZ"] != nil {
    let needed = ["swift-asn1", "swift-certificates", "swift-crypto", "swift-log"]
    let products = ["Crypto", "Logging", "SwiftASN1", "X509"]
    package.targets.removeAll { !parsers.keys.contains($0.name) }
    for target in package.targets {
        target.sources = parsers[target.name] ?? nil
        target.dependencies.removeAll { dependency in
            switch dependency {
            case .byNameItem(let name, _): !parsers.keys.contains(name)
            case .productItem(let name, _, _, _): !products.contains(name)
            default: false
            }
        }
        target.swiftSettings = settings + [.unsafeFlags(["-sanitize=fuzzer"])]
    }
    package.targets += [
        .target(
            name: "PloyzFuzz",
            dependencies: parsers.keys.sorted().map { .byName(name: $0) },
            path: "Tests/Fuzz/Targets",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "ployz-fuzz",
            dependencies: ["PloyzFuzz"],
            path: "Tests/Fuzz/Program",
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]
        ),
    ]
    package.dependencies.removeAll { dependency in
        guard case .sourceControl(_, let location, _) = dependency.kind else { return false }
        return !needed.contains { location.hasSuffix("/\($0)") }
    }
}
