import PloyzModel

/// Where the ingress has its files, all below one directory that only root may read.
package struct IngressDirectory: Hashable, Sendable {
    package let path: String

    package init(_ path: String) { self.path = path }

    /// HAProxy reads every `.cfg` of it, in the order of names.
    var configuration: String { path + "/conf" }
    var global: String { configuration + "/00-global.cfg" }
    var http: String { configuration + "/01-http.cfg" }
    func shard(_ shard: IngressShard) -> String { "\(configuration)/\(shard.file)" }
    var routes: String { path + "/routes.map" }
    /// The worker's root; nothing is in it.
    var empty: String { path + "/empty" }
    /// Drafts are written here and renamed.
    var draft: String { path + "/draft" }
    var stats: String { path + "/stats.sock" }
    var master: String { path + "/master.sock" }
}
