import PloyzModel

extension HostileLine {
    /// The cluster store, by who has the tunnel and no good certificate.
    static let store: [HostileLine] = [
        line("without a certificate", [], port: 2379),
        line("with another authority's certificate", HostileStage.forged("foreign"), port: 2379),
        line("with a certificate that has expired", HostileStage.forged("expired"), port: 2379),
        HostileLine(
            stranger: .removed,
            attempt: "speaks to the store's members' port with another authority's certificate",
            refusal: ["certificate", "alert", "EOF", "reset"],
            count: .nobody("etcd"),
            control: { try await members($0, HostileStage.own) },
            attack: { try await members($0, HostileStage.forged("foreign")) }
        ),
    ]

    private static func line(_ words: String, _ credentials: [String], port: Int) -> HostileLine {
        HostileLine(
            stranger: .removed,
            attempt: "reads the store \(words)",
            refusal: ["certificate", "alert", "EOF", "reset"],
            count: .nobody("etcd"),
            control: { try await records($0, HostileStage.own) },
            attack: { try await records($0, credentials) }
        )
    }

    static func records(_ stage: HostileStage, _ credentials: [String]) async throws -> Attempt {
        // The key /ployz/1/cluster.
        let body = "{\"key\":\"L3Bsb3l6LzEvY2x1c3Rlcg==\"}"
        let call = ["call", stage.m1, "2379", "--tls", "--path", "/v3/kv/range", "--body", body]
        return try await stage.try(.removed, call + credentials)
    }

    private static func members(_ stage: HostileStage, _ credentials: [String]) async throws -> Attempt {
        let call = ["call", stage.m1, "2380", "--tls", "--method", "GET", "--path", "/version"]
        return try await stage.try(.removed, call + credentials)
    }
}
