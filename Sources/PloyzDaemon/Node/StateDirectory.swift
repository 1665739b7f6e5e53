import Foundation
import PloyzModel
import SystemPackage

/// The daemon's own files, all below one directory that only root may read.
struct StateDirectory: Sendable {
    let root: FilePath

    init(_ path: String) { root = FilePath(path) }

    var identity: FilePath { root.appending("identity.json") }
    /// The routing picture that was last applied.
    var picture: FilePath { root.appending("picture.json") }
    /// The highest epochs that the store has shown this machine.
    var epochs: FilePath { root.appending("epochs.json") }
    /// There when this machine has heard that it was removed from its cluster.
    var removal: FilePath { root.appending("removed.json") }
    var wireguardKey: FilePath { root.appending("wireguard.key") }
    var pki: FilePath { root.appending("pki") }
    var journal: FilePath { root.appending("journal") }
    var helpers: FilePath { root.appending("helpers") }
    var locks: FilePath { root.appending("locks") }
    /// HAProxy's configuration, made from the records.
    var ingress: FilePath { root.appending("ingress") }
    var etcd: FilePath { root.appending("etcd") }

    /// What the machine remembers of its member of the store.
    var storage: FilePath { root.appending("storage.json") }
    /// The data of the last member that left this machine.
    var etcdLeft: FilePath { root.appending("etcd.left") }

    /// Makes the directories that are missing, mode 0700.
    func create() throws {
        for path in [root, pki, journal, helpers, locks, etcd] {
            try FileManager.default.createDirectory(
                atPath: path.string,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        }
        // It may have been there already, made by another.
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: root.string)
    }

    /// The machine's place in a cluster; nil when it belongs to none.
    func readIdentity() throws -> MachineIdentity? {
        guard let bytes = try DurableFile(identity).read() else { return nil }
        return try JSON.decode(MachineIdentity.self, from: bytes)
    }

    func write(_ value: MachineIdentity) throws {
        try DurableFile(identity).write(try JSON.encodePretty(value))
    }
}
