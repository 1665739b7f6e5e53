import Foundation
import PloyzAPI
import PloyzModel

/// What a machine does that was cut off from the store while the shop moved: its clients still know the old place.
package struct StaleMachine: Sendable {
    /// Requests of its client between the move and the healing, and how many of them were answered by anybody.
    package let askedWhileCutOff: Int
    package let answeredWhileCutOff: Int
    /// From the healing to the first answer, in milliseconds.
    package let caughtUp: Double
    /// Packets of its clients for the shop that reached the old place after the first answer, while this many were
    /// answered.
    package let strayPackets: Int
    package let answeredAfterwards: Int

    package var violations: [String] {
        var found: [String] = []
        if askedWhileCutOff == 0 { found.append("the stale machine's client asked nothing") }
        if answeredWhileCutOff > 0 { found.append("the stale machine was answered \(answeredWhileCutOff) times") }
        if answeredAfterwards == 0 { found.append("the stale machine was never answered again") }
        if strayPackets > 0 { found.append("\(strayPackets) packets of the stale machine reached the old place") }
        return found
    }
}

extension Traffic {
    /// Moves the shop from m2 to m1, where the store is, while m3 cannot reach m1 and goes on reaching m2.
    package func staleMachine(_ number: Int) async throws -> StaleMachine {
        let client = ["nsenter", "--target", try await shop.client(on: "m3"), "--net", "--"]
        let ask = { (name: String, seconds: Int) -> ProbeReport in
            // A lost machine must not look like a slow one: an unanswered connection ends soon.
            let words = [
                "lab-probe", "ping", "--to", "\(shop.redis):6379", "--interval-ms", "20", "--connect-timeout-ms", "500",
                "--timeout-ms", "1000", "--seconds", String(seconds), "--id", name,
            ]
            let printed = try await shop.lab.run("m3", client + words).succeeded().output
            return try JSONDecoder().decode(ProbeReport.self, from: printed)
        }
        try await shop.lab.command(["cut", "m1", "m3"]).succeeded()
        // Connections that are there already die by their own time-outs; the move does not wait for them.
        try await shop.lab.move(TrafficShop.service, to: "m1", asking: "m2")
        let cutOff = try await ask("stale", 3)
        try await shop.lab.command(["heal"]).succeeded()
        let clock = ContinuousClock()
        let caughtUp = try await clock.measure {
            try await shop.lab.wait(for: "m3 to follow", within: 60) {
                try await ask("following", 1).acknowledged > 0
            }
        }
        let source = try await shop.lab.machines().first { $0.name.text == "m3" }?.subnet
        guard let source else { throw ScenarioFailure("m3 has no subnet") }
        let count = """
            nft -f - <<'RULES'
            table ip ployz_stray {
                chain stray {
                    type filter hook prerouting priority -400; policy accept;
                    iifname "wg-ployz" ip saddr \(source) ip daddr \(shop.redis) counter
                }
            }
            RULES
            """
        try await shop.lab.run("m2", ["bash", "-c", count]).succeeded()
        let after = try await ask("after", 2)
        let read = "nft list table ip ployz_stray | sed -n 's/.*counter packets \\([0-9]*\\).*/\\1/p'"
        let printed = try await shop.lab.run("m2", ["bash", "-c", read]).succeeded().text
        try await shop.lab.run("m2", ["nft", "delete", "table", "ip", "ployz_stray"]).succeeded()
        guard let stray = Int(printed.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw ScenarioFailure("the old place counted nothing: \(printed)")
        }
        return StaleMachine(
            askedWhileCutOff: cutOff.attempts,
            answeredWhileCutOff: cutOff.acknowledged,
            caughtUp: caughtUp / .milliseconds(1),
            strayPackets: stray,
            answeredAfterwards: after.acknowledged
        )
    }
}
