import PloyzModel

extension HostileLine {
    /// The stream of volumes and images.
    static let streams: [HostileLine] = [
        HostileLine(
            stranger: .removed,
            attempt: "shows a guessed ticket",
            refusal: ["ticket-refused"],
            count: .daemon(["ticket-unknown"]),
            control: { try await $0.redeem(try await $0.ticket()) },
            attack: { try await $0.redeem(String(repeating: "5e", count: 32)) }
        ),
        HostileLine(
            stranger: .removed,
            attempt: "shows a ticket that was used",
            refusal: ["ticket-refused"],
            count: .daemon(["ticket-used"]),
            guards: [.ticketUse],
            attack: { stage in
                let ticket = try await stage.ticket()
                let first = try await stage.redeem(ticket)
                guard !first.refused else { throw ScenarioFailure("a good ticket was refused: \(first.detail)") }
                return try await stage.redeem(ticket)
            }
        ),
        HostileLine(
            stranger: .removed,
            attempt: "speaks HTTP to the stream's port",
            count: .daemon(["stream-header"]),
            control: { try await $0.redeem(try await $0.ticket()) },
            attack: { stage in
                try await stage.try(.removed, ["garbage", stage.m1, "4319", "--body", "GET / HTTP/1.1\\r\\n\\r\\n"])
            }
        ),
        HostileLine(
            stranger: .removed,
            attempt: "opens 200 streams and shows no ticket",
            count: .daemon(["connections-of-one-address"]),
            guards: [.connections],
            isQuick: false,
            unguarded: { try await hold(100, in: $0) },
            attack: { try await hold(200, in: $0) }
        ),
        HostileLine(
            stranger: .removed,
            attempt: "shows a ticket a byte a second",
            refusal: ["cut off"],
            count: .daemon(["slow-ticket"]),
            guards: [.ticketTime],
            isQuick: false,
            attack: { stage in
                try await stage.try(.removed, ["trickle", stage.m1, "4319", "--part", "ticket", "--seconds", "13"])
            }
        ),
        HostileLine(
            stranger: .removed,
            attempt: "shows a ticket that has expired",
            refusal: ["ticket-refused"],
            // A ticket that has expired is forgotten when another comes.
            count: .daemon(["ticket-expired", "ticket-unknown"]),
            guards: [.ticketExpiry],
            isQuick: false,
            attack: { try await $0.redeem(try await $0.aged.secret("ticket", aged: .seconds(122))) }
        ),
    ]

    private static func hold(_ count: Int, in stage: HostileStage) async throws -> Attempt {
        try await stage.try(.removed, ["hold", stage.m1, "4319", "--count", String(count), "--most", "64"])
    }
}
