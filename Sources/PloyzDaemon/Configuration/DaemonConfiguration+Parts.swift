import Foundation
import Logging
import PloyzMigration
import PloyzModel
import PloyzOverlay
import PloyzStore
import PloyzTrust
import PloyzZFS
import SystemPackage

extension DaemonConfiguration {
    /// Reads the configuration file, if there is one, and the environment.
    ///
    /// - Parameter path: nil for the default one, which need not be there.
    /// - Throws: ``PloyzError`` `configuration-invalid` with every error that was found, and what reading `path` throws.
    static func read(path: String?, environment: [String: String]) throws -> DaemonConfiguration {
        let file = path ?? ConfigurationReader.defaultPath
        var text: String?
        if path != nil || FileManager.default.fileExists(atPath: file) {
            text = try String(contentsOfFile: file, encoding: .utf8)
        }
        return try ConfigurationReader.read(text, environment: environment, hostName: ProcessInfo.processInfo.hostName)
    }

    /// The machine's volumes; nil where no dataset is configured.
    ///
    /// - Parameter containerProcesses: main processes of our running containers.
    func volumeStore(
        machine: MachineID,
        state: StateDirectory,
        logger: Logger = Logger(label: "zfs"),
        containerProcesses: @escaping @Sendable () async throws -> [Int32] = { [] }
    ) throws -> ZFSVolumeStore? {
        guard let zfsRoot else { return nil }
        return try ZFSVolumeStore(
            layout: ZFSLayout(root: zfsRoot, mountRoot: volumeDirectory, stateDirectory: state.root.string),
            machine: machine,
            timekeeper: SystemTimekeeper(),
            logger: logger,
            containerProcesses: containerProcesses
        )
    }

    func overlay(state: StateDirectory) throws -> OverlayConfiguration {
        OverlayConfiguration(
            wireguard: try DeviceName(wireguardInterface),
            bridge: try DeviceName(bridge),
            listenPort: wireguardPort,
            ports: ControlPorts(
                join: joinPort,
                api: apiPort,
                stream: streamPort,
                store: storePort,
                storePeer: storePeerPort
            ),
            keyFile: state.wireguardKey.string,
            logFile: state.helpers.appending("wireguard-go.log").string,
            rulesFile: state.root.appending("rules.json").string
        )
    }
}

extension StoreCredentials {
    init(_ files: CredentialFiles) {
        self.init(
            certificatePath: files.certificatePath,
            keyPath: files.keyPath,
            authorityPath: files.authorityPath
        )
    }
}

/// The machine's processor architecture, as images name it.
enum MachineArchitecture {
    static let current: String = {
        #if arch(x86_64)
            "x86_64"
        #elseif arch(arm64)
            "aarch64"
        #else
            "unknown"
        #endif
    }()
}
