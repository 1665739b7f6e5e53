import PloyzAPI
import PloyzModel

extension HostileLine {
    /// After m3's record was deleted. These come last: m3 has to find its way back.
    static let leaving: [HostileLine] = [
        HostileLine(
            stranger: .removed,
            attempt: "calls the API with its certificate, from another machine",
            refusal: ["peer-refused"],
            count: .daemon(["peer-refused"]),
            guards: [.knownMachine],
            isQuick: false,
            attack: { stage in try await stage.withoutM3 { try await api(stage, HostileStage.stolen) } }
        ),
        HostileLine(
            stranger: .removed,
            attempt: "calls the API with its certificate, from itself",
            count: .nobody("WireGuard"),
            control: { try await fromItself($0) },
            isQuick: false,
            attack: { stage in
                try await stage.withoutM3 {
                    try await stage.lab.wait(for: "m1 to drop the tunnel to m3") {
                        try await stage.lab.run("m1", ["wg", "show", "all", "peers"]).text.split(separator: "\n").count
                            == 1
                    }
                    return try await fromItself(stage)
                }
            }
        ),
    ]

    private static func fromItself(_ stage: HostileStage) async throws -> Attempt {
        let call = ["call", stage.m1, "4318", "--tls", "--method", "GET", "--path", "/v1/version"]
        return try await stage.asRoot(of: "m3", call + HostileStage.own)
    }
}

extension HostileStage {
    /// Runs `body` while m3's record is not there.
    fileprivate func withoutM3<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        let key = "/ployz/1/machines/\(try machine("m3").id)"
        try await store("etcdctl get --print-value-only \(key) >/root/m3.json && etcdctl del \(key)")
        do {
            let value = try await body()
            try await store("etcdctl put \(key) </root/m3.json")
            return value
        } catch {
            try await store("etcdctl put \(key) </root/m3.json")
            throw error
        }
    }
}
