import PloyzModel

extension HostileLine {
    /// On m1 itself.
    static let local: [HostileLine] = [
        HostileLine(
            stranger: .user,
            attempt: "gives the daemon orders on its socket",
            refusal: ["Permission denied"],
            count: .nobody("kernel"),
            guards: [.socketMode],
            isAskedAtStart: true,
            attack: { try await $0.try(.user, ["unix", socket, "--method", "GET", "--path", "/v1/version"]) }
        ),
        unreadable("a machine's private key", "\(HostileStage.pki)/machine.key"),
        unreadable("the authority's private key", "\(HostileStage.pki)/authority.key"),
        unreadable("WireGuard's private key", "/var/lib/ployz/wireguard.key"),
        unreadable("the store's data", "/var/lib/ployz/etcd/member/snap/db"),
        unreadable("the machine's identity", "/var/lib/ployz/identity.json"),
        HostileLine(
            stranger: .user,
            attempt: "gives HAProxy and Docker orders on their sockets",
            refusal: ["Permission denied", "No such file"],
            count: .nobody("kernel"),
            control: {
                try await $0.asRoot(of: "m1", ["unix", "/run/docker.sock", "--method", "GET", "--path", "/version"])
            },
            attack: { stage in
                let docker = try await stage.try(.user, ["unix", "/run/docker.sock", "--path", "/version"])
                let ingress = try await stage.try(.user, ["unix", "/var/lib/ployz/ingress/stats.sock"])
                return Attempt(refused: docker.refused && ingress.refused, ingress.detail)
            }
        ),
        HostileLine(
            stranger: .author,
            attempt: "asks root's own socket for the migration '../../etc/passwd'",
            refusal: ["usage"],
            count: .daemon(["usage", "malformed-request"]),
            control: { try await $0.asRoot(of: "m1", ["unix", socket, "--method", "GET", "--path", "/v1/version"]) },
            attack: { stage in
                let path = "/v1/migrations/..%2f..%2fetc%2fpasswd"
                return try await stage.asRoot(of: "m1", ["unix", socket, "--method", "GET", "--path", path])
            }
        ),
    ]

    private static let socket = "/run/ployz/ployzd.sock"

    private static func unreadable(_ what: String, _ path: String) -> HostileLine {
        HostileLine(
            stranger: .user,
            attempt: "reads \(what)",
            refusal: ["Permission denied"],
            count: .nobody("kernel"),
            control: { try await $0.asRoot(of: "m1", ["read", path]) },
            attack: { try await $0.try(.user, ["read", path]) }
        )
    }
}
