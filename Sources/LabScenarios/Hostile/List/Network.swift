import PloyzModel

extension HostileLine {
    /// By whatever address: control ports, names, others' addresses.
    static let network: [HostileLine] = [
        HostileLine(
            stranger: .outsider,
            attempt: "connects to the API, the streams and the store at m1's address on the underlay",
            refusal: ["Refused", "timed out"],
            count: .nobody("kernel"),
            control: { try await $0.asRoot(of: "m2", ["connect", $0.m1, "4318"]) },
            attack: { try await everyPort(.outsider, [HostileStage.underlay], [4318, 4319, 2379, 2380], in: $0) }
        )
    ]

    /// Refused unless one of the ports can be connected to at one of the addresses.
    static func everyPort(
        _ stranger: Stranger,
        _ addresses: [String],
        _ ports: [Int],
        in stage: HostileStage
    ) async throws -> Attempt {
        var last = Attempt(refused: true, "")
        for address in addresses {
            for port in ports {
                last = try await stage.try(stranger, ["connect", address, String(port)])
                guard last.refused else { return Attempt(refused: false, "connected to \(address) port \(port)") }
            }
        }
        return last
    }
}
