import PloyzModel

extension HostileLine {
    /// The join API, which anybody on the underlay may speak to.
    static let joining: [HostileLine] = [
        HostileLine(
            stranger: .outsider,
            attempt: "joins with a guessed token",
            refusal: ["token-refused"],
            count: .daemon(["token-refused"]),
            control: { stage in try await joined(stage, try await stage.invitation()) },
            attack: { stage in
                try await stage.join(try await stage.joinRequest(secret: String(repeating: "5e", count: 32)))
            }
        ),
        HostileLine(
            stranger: .outsider,
            attempt: "joins with a token of which one digit was altered",
            refusal: ["token-refused"],
            count: .daemon(["token-refused"]),
            control: { stage in try await joined(stage, try await stage.invitation()) },
            attack: { stage in
                let secret = try await stage.invitation()
                let other = secret.hasSuffix("0") ? "1" : "0"
                return try await stage.join(try await stage.joinRequest(secret: secret.dropLast() + other))
            }
        ),
        HostileLine(
            stranger: .outsider,
            attempt: "joins with a token that another machine has used",
            refusal: ["token-refused"],
            count: .daemon(["token-refused"]),
            guards: [.tokenUse],
            attack: { stage in
                let secret = try await stage.invitation()
                let first = try await joined(stage, secret)
                guard !first.refused else { throw ScenarioFailure("a good token was refused: \(first.detail)") }
                return try await joined(stage, secret)
            }
        ),
        HostileLine(
            stranger: .outsider,
            attempt: "asks to join 30 times in a row",
            refusal: ["join-limited"],
            count: .daemon(["join-limited"]),
            guards: [.joinRate],
            attack: { stage in
                let request = try await stage.joinRequest(secret: String(repeating: "5e", count: 32))
                return try await stage.join(request, times: 30, letPast: "token-refused")
            }
        ),
        HostileLine(
            stranger: .outsider,
            attempt: "joins under the name '../../etc'",
            refusal: ["malformed", "usage"],
            count: .daemon(["malformed-request", "usage"]),
            guards: [.names],
            attack: { stage in
                let secret = String(repeating: "5e", count: 32)
                let request = try await stage.joinRequest(secret: secret, name: "../../etc")
                return try await stage.join(request, letPast: "token-refused")
            }
        ),
        HostileLine(
            stranger: .outsider,
            attempt: "joins with an endpoint that goes on in another line",
            refusal: ["usage"],
            count: .daemon(["usage"]),
            control: { stage in try await joined(stage, try await stage.invitation()) },
            attack: { stage in
                let secret = try await stage.invitation()
                let endpoint = "192.0.2.9:51820\nPostUp = reboot"
                return try await stage.join(try await stage.joinRequest(secret: secret, endpoint: endpoint))
            }
        ),
        HostileLine(
            stranger: .outsider,
            attempt: "sends JSON that is none, and JSON 2,000 deep",
            refusal: ["usage"],
            count: .daemon(["malformed-request"]),
            control: { stage in try await joined(stage, try await stage.invitation()) },
            attack: { stage in
                let none = try await stage.join("{\"secret\":")
                let deep = try await stage.join(String(repeating: "[", count: 2000))
                return Attempt(refused: none.refused && deep.refused, deep.detail)
            }
        ),
        HostileLine(
            stranger: .outsider,
            attempt: "sends what is no HTTP, and what is no TLS",
            count: .daemon(["malformed-request", "handshake"]),
            control: { stage in try await joined(stage, try await stage.invitation()) },
            attack: { stage in
                let http = try await stage.try(.outsider, ["garbage", HostileStage.underlay, "4317", "--tls"])
                let tls = try await stage.try(.outsider, ["garbage", HostileStage.underlay, "4317"])
                return Attempt(refused: http.refused && tls.refused, http.detail + "; " + tls.detail)
            }
        ),
        HostileLine(
            stranger: .outsider,
            attempt: "sends a header of 1 GiB",
            count: .daemon(["header-size"]),
            guards: [.headerSize],
            isAskedAtStart: true,
            isQuick: false,
            attack: { try await pour("head", in: $0) }
        ),
        HostileLine(
            stranger: .outsider,
            attempt: "sends headers without end",
            count: .daemon(["header-size"]),
            guards: [.headerSize],
            isAskedAtStart: true,
            isQuick: false,
            attack: { try await pour("headers", in: $0) }
        ),
        HostileLine(
            stranger: .outsider,
            attempt: "sends a body without end",
            count: .daemon(["body-size"]),
            guards: [.bodySize],
            isQuick: false,
            attack: { try await pour("body", in: $0) }
        ),
        HostileLine(
            stranger: .outsider,
            attempt: "opens 10,000 connections and says nothing",
            count: .daemon(["connections-of-one-address"]),
            guards: [.connections],
            isQuick: false,
            unguarded: { try await hold(1000, in: $0) },
            attack: { stage in
                let held = try await hold(10_000, in: stage)
                // Whoever is honest has an address of its own.
                let honest = try await stage.asRoot(
                    of: "m3",
                    ["call", HostileStage.underlay, "4317", "--tls", "--body", "{}", "--let-past", "usage"]
                )
                return Attempt(refused: held.refused && !honest.refused, held.detail)
            }
        ),
        HostileLine(
            stranger: .outsider,
            attempt: "begins 10,000 connections from addresses that are not its own",
            refusal: ["another's connection"],
            count: .nobody("kernel"),
            isQuick: false,
            attack: { stage in
                try await stage.try(
                    .outsider,
                    ["syn", HostileStage.underlay, "4317", "--tls", "--count", "10000", "--source", "192.168.90.0"]
                )
            }
        ),
        slow("lets a handshake begin and not go on", "handshake", counted: "slow-handshake"),
        slow("sends a header a byte a second", "head", counted: "slow-head"),
        slow("sends a body a byte a second", "body", counted: "slow-body"),
        HostileLine(
            stranger: .outsider,
            attempt: "joins with a token that has expired",
            refusal: ["token-refused"],
            count: .daemon(["token-refused"]),
            guards: [.tokenExpiry],
            isQuick: false,
            attack: { stage in
                try await joined(stage, try await stage.aged.secret("token", aged: .seconds(62)))
            }
        ),
    ]

    private static func joined(_ stage: HostileStage, _ secret: String) async throws -> Attempt {
        let attempt = try await stage.join(try await stage.joinRequest(secret: secret))
        if !attempt.refused { try await stage.forget() }
        return attempt
    }

    private static func slow(_ attempt: String, _ part: String, counted: String) -> HostileLine {
        HostileLine(
            stranger: .outsider,
            attempt: attempt,
            refusal: ["cut off"],
            count: .daemon([counted]),
            guards: [.requestTime],
            isQuick: false,
            attack: { stage in
                let tls = part == "handshake" ? [] : ["--tls"]
                // Hummingbird's own idle time ends what is incomplete after 15 s.
                return try await stage.try(
                    .outsider,
                    ["trickle", HostileStage.underlay, "4317", "--part", part, "--seconds", "13"] + tls
                )
            }
        )
    }

    private static func pour(_ part: String, in stage: HostileStage) async throws -> Attempt {
        try await stage.try(
            .outsider,
            [
                "pour", HostileStage.underlay, "4317", "--tls", "--part", part, "--most", String(16 << 20), "--seconds",
                "8",
            ]
        )
    }

    private static func hold(_ count: Int, in stage: HostileStage) async throws -> Attempt {
        let held = try await stage.try(
            .outsider,
            ["hold", HostileStage.underlay, "4317", "--count", String(count), "--most", "8"]
        )
        try await stage.quiet(4317)
        return held
    }
}
