import Foundation
import PloyzAPI
import PloyzAPITestSupport
import PloyzModel

/// A command line for each command that prints something, and the type that its `--json` decodes into.
struct CommandCase: CustomStringConvertible, Sendable {
    let path: String
    let rest: [String]
    let decode: @Sendable (Data) throws -> Void

    var description: String { path }
    var arguments: [String] { path.split(separator: " ").map(String.init) + rest }
    var snapshot: String { path.replacing(" ", with: "-") }

    init<Answer: Document>(_ type: Answer.Type, _ path: String, _ rest: String...) {
        self.path = path
        self.rest = rest
        self.decode = { data in _ = try DocumentForm.decode(type, from: data) }
    }

    static let manifest = "namespace = \"shop\"\n"

    /// Commands whose `--json` is one document.
    static let documents = [
        CommandCase(MeshStatus.self, "mesh init", "demo"),
        CommandCase(MeshStatus.self, "mesh join", "--token", Samples.invite.token),
        CommandCase(MeshStatus.self, "mesh status"),
        CommandCase(Invite.self, "machine invite create", "--ttl", "15m"),
        CommandCase(InviteList.self, "machine invite ls"),
        CommandCase(Revocation.self, "machine invite revoke", "0123456789abcdef"),
        CommandCase(MachineList.self, "machine ls"),
        CommandCase(LifecycleChange.self, "machine drain", "m2"),
        CommandCase(LifecycleChange.self, "machine activate", "10.101.2.1"),
        CommandCase(LifecycleChange.self, "machine standby", "m-0000000000000002"),
        CommandCase(MachineRemoval.self, "machine rm", "m2", "--force", "--yes-lose", "shop/data"),
        CommandCase(MachineRenaming.self, "machine rename", "m2", "beta"),
        CommandCase(MachineLabels.self, "machine update", "m2", "--label", "rack_Row=r 1", "--remove-label", "old"),
        CommandCase(RoundTripMatrix.self, "machine rtt"),
        CommandCase(StorageChange.self, "machine storage promote", "m2"),
        CommandCase(StorageChange.self, "machine storage demote", "m2"),
        CommandCase(SavedSnapshot.self, "store snapshot save", "/tmp/ployz-output-test.db", "--force"),
        CommandCase(StoreRestoration.self, "store snapshot restore", "/etc/passwd", "--yes"),
        CommandCase(ClusterStatus.self, "status"),
        CommandCase(DeployResult.self, "deploy apply", "-f", "-"),
        CommandCase(DeployPreview.self, "deploy preview", "-f", "-"),
        CommandCase(ServiceList.self, "service ls"),
        CommandCase(VolumeList.self, "volume ls"),
        CommandCase(MigrationPreview.self, "migrate preview", "shop/redis", "--to", "m2"),
        CommandCase(RenderedManifest.self, "migrate render-manifest", "shop/redis", "--to", "m2"),
        CommandCase(MigrationList.self, "migrate ls"),
        CommandCase(MigrationDetail.self, "migrate show", Samples.operation.text),
        CommandCase(MigrationCancellation.self, "migrate cancel", Samples.operation.text),
        CommandCase(DoctorReport.self, "doctor"),
        CommandCase(VersionReport.self, "version"),
    ]

    /// Commands whose `--json` is one event a line.
    static let streams = [
        CommandCase(MigrationNotice.self, "migrate apply", "shop/redis", "--to", "m2"),
        CommandCase(MigrationNotice.self, "migrate watch", Samples.operation.text),
    ]

    static let all = documents + streams
}
