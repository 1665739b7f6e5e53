import Foundation
import PloyzModel
import Testing

@testable import PloyzDaemon

/// What is installed beside the programs.
@Suite struct PackagingTests {
    private static let packaging = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "packaging")

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Self.packaging.appending(path: path), encoding: .utf8)
    }

    @Test func theExampleIsAValidConfiguration() throws {
        let read = try ConfigurationReader.read(text("ployzd.example.toml"), environment: [:], hostName: "alpha")
        #expect(read.zfsRoot?.text == "tank/ployz")
    }

    @Test func theExampleIsStillValidWithEveryKeySet() throws {
        let example = try text("ployzd.example.toml")
        let lines = example.split(separator: "\n").map { line in
            line.wholeMatch(of: /# ([a-z_]+ = .+)/).map { String($0.1) } ?? String(line)
        }
        let keys = Set(lines.compactMap { $0.firstMatch(of: /^([a-z_]+) =/).map { String($0.1) } })
        #expect(keys == Set(ConfigurationKey.all.map(\.name)))
        _ = try ConfigurationReader.read(lines.joined(separator: "\n"), environment: [:], hostName: "alpha")
    }

    /// dockerd would not see what the daemon mounts (systemd.exec(5)).
    @Test func theUnitHasTheMachinesMountNamespace() throws {
        let separating: Set = [
            "ProtectSystem", "ProtectHome", "PrivateTmp", "PrivateDevices", "PrivateMounts", "ProtectKernelTunables",
            "ProtectKernelModules", "ProtectKernelLogs", "ProtectControlGroups", "ProtectProc", "ProcSubset",
            "ReadWritePaths", "ReadOnlyPaths", "InaccessiblePaths", "ExecPaths", "NoExecPaths", "BindPaths",
            "BindReadOnlyPaths", "TemporaryFileSystem", "RootDirectory", "RootImage", "MountFlags", "DynamicUser",
            "ProtectHostname", "PrivateUsers", "PrivateNetwork", "RestrictNamespaces",
        ]
        let lines = try text("systemd/ployzd.service").split(separator: "\n").filter { !$0.hasPrefix("#") }
        let directives = lines.compactMap { $0.split(separator: "=").first.map(String.init) }
        #expect(separating.intersection(directives).isEmpty)
        for line in [
            "Type=notify", "Restart=always", "StartLimitIntervalSec=0", "KillMode=process", "StateDirectory=ployz",
        ] {
            #expect(lines.contains(line[...]), "\(line) is missing")
        }
    }
}
