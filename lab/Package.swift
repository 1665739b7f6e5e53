// swift-tools-version: 6.2
import PackageDescription

// The lab is a package of its own, without NIO, so that it builds in a minute while the system it tests is still
// compiling.

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "ployz-lab",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        .target(name: "CLinux"),
        .target(name: "Posix", dependencies: ["CLinux"], swiftSettings: settings),

        .target(name: "LabKit", dependencies: ["CLinux", "Posix"], swiftSettings: settings),
        .executableTarget(
            name: "ployz-lab",
            dependencies: ["CLinux", "LabKit", "Posix", argumentParser],
            swiftSettings: settings
        ),
        .testTarget(name: "LabKitTests", dependencies: ["LabKit", "Posix"], swiftSettings: settings),

        // Optimised in debug builds too: hashing a tree takes half a second instead of twenty.
        .target(
            name: "ProbeKit",
            dependencies: ["CLinux", "Posix"],
            swiftSettings: settings + [.unsafeFlags(["-O"], .when(configuration: .debug))]
        ),
        .executableTarget(
            name: "lab-probe",
            dependencies: ["ProbeKit", "Posix", argumentParser],
            swiftSettings: settings
        ),
        .testTarget(name: "ProbeKitTests", dependencies: ["ProbeKit", "Posix"], swiftSettings: settings),
    ]
)
