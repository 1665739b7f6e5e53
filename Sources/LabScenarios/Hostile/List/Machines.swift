import PloyzModel

extension HostileLine {
    /// The daemon's API for other machines, by who has the tunnel and no good certificate.
    static let machines: [HostileLine] = [
        certificate("without a certificate", []),
        certificate("with a certificate signed by itself", HostileStage.forged("self")),
        certificate("with another authority's certificate", HostileStage.forged("foreign")),
        certificate("with a certificate that has expired", HostileStage.forged("expired")),
        HostileLine(
            stranger: .removed,
            attempt: "opens 400 connections to the API and says nothing",
            count: .daemon(["connections-of-one-address"]),
            guards: [.connections],
            isQuick: false,
            attack: { stage in
                try await stage.try(.removed, ["hold", stage.m1, "4318", "--count", "400", "--most", "128"])
            }
        ),
        HostileLine(
            stranger: .removed,
            attempt: "lets a handshake with the API begin and not go on",
            refusal: ["cut off"],
            count: .daemon(["slow-handshake"]),
            guards: [.requestTime],
            isQuick: false,
            attack: { stage in
                try await stage.try(.removed, ["trickle", stage.m1, "4318", "--part", "handshake", "--seconds", "13"])
            }
        ),
        HostileLine(
            stranger: .author,
            attempt: "orders a ticket for the volume 'x/../../etc', with m2's certificate",
            refusal: ["usage"],
            count: .daemon(["malformed-request", "usage"]),
            control: { Attempt(refused: try await $0.ticket().isEmpty, "a ticket") },
            attack: { try await ticket(for: "x/../../etc", in: $0) }
        ),
        HostileLine(
            stranger: .author,
            attempt: "puts a machine into another cluster over the API, with m2's certificate",
            refusal: ["usage", "404"],
            count: .daemon(["usage", "malformed-request"]),
            attack: { stage in
                let call = [
                    "call", stage.m1, "4318", "--tls", "--path", "/v1/mesh/join", "--body", "{\"token\":\"x\"}",
                ]
                return try await stage.try(.removed, call + HostileStage.own)
            }
        ),
    ]

    private static func certificate(_ words: String, _ credentials: [String]) -> HostileLine {
        HostileLine(
            stranger: .removed,
            attempt: "calls the API \(words)",
            refusal: ["certificate", "alert"],
            count: .daemon(["handshake"]),
            control: { try await api($0, HostileStage.own) },
            attack: { try await api($0, credentials) }
        )
    }

    private static func ticket(for volume: String, in stage: HostileStage) async throws -> Attempt {
        let body = """
            {"id":{"operation":"op-0000000000000001","attempt":1},"content":{"volume":{"_0":{"volume":"\(volume)",\
            "snapshot":{"name":"ployz-x","guid":0,"creation":0},"includesIntermediates":false}}}}
            """
        let call = ["call", stage.m1, "4318", "--tls", "--path", "/v1/peer/ticket", "--body", body]
        return try await stage.try(.removed, call + HostileStage.own)
    }

    static func api(_ stage: HostileStage, _ credentials: [String]) async throws -> Attempt {
        let call = ["call", stage.m1, "4318", "--tls", "--method", "GET", "--path", "/v1/version"]
        return try await stage.try(.removed, call + credentials)
    }
}
