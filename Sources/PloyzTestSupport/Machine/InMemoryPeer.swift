package import PloyzMigration
import PloyzModel

/// Another machine's daemon, reached over a network: every message goes through JSON, may get lost, and is answered by
/// whichever daemon runs there when it arrives, whether or not anybody still waits for the answer.
package struct InMemoryPeer: Peer {
    private let from: String
    private let to: String
    private let network: SimulatedNetwork
    private let faults: FaultInjector

    init(from: String, to: String, network: SimulatedNetwork, faults: FaultInjector) {
        self.from = from
        self.to = to
        self.network = network
        self.faults = faults
    }

    private func call<Request: Codable & Sendable, Answer: Codable & Sendable>(
        _ name: String,
        _ request: Request,
        _ body: @escaping @Sendable (TargetAgent, Request) async throws -> Answer
    ) async throws -> Answer {
        let sent = try JSON.decode(Request.self, from: JSON.encode(request))
        return try await faults.call(from, "peer.\(name)", to, cost: .milliseconds(2)) {
            let (machine, daemon) = try await network.connect(from, to)
            let answer: Answer
            if let daemon {
                answer = try await daemon.serve(name) { try await body(daemon.agent, sent) }
            } else {
                answer = try await body(machine.agent, sent)
            }
            try await network.pass(from, to)
            return try JSON.decode(Answer.self, from: JSON.encode(answer))
        }
    }

    private struct Nothing: Codable, Sendable {}

    package func facts(_ question: TargetQuestion) async throws -> TargetFacts {
        try await call("facts", question) { try await $0.facts($1) }
    }

    package func prepare(_ request: PrepareRequest) async throws {
        _ = try await call("prepare", request) { agent, request in
            try await agent.prepare(request)
            return Nothing()
        }
    }

    package func ticket(_ request: TicketRequest) async throws -> TransferTicket {
        try await call("ticket", request) { try await $0.ticket($1) }
    }

    package func adopt(_ request: AdoptRequest) async throws {
        _ = try await call("adopt", request) { agent, request in
            try await agent.adopt(request)
            return Nothing()
        }
    }

    package func start(_ request: StartRequest) async throws -> StartReport {
        try await call("start", request) { try await $0.start($1) }
    }

    package func settle(_ request: SettleRequest) async throws {
        _ = try await call("settle", request) { agent, request in
            try await agent.settle(request)
            return Nothing()
        }
    }

    package func follow(_ request: FollowRequest) async throws {
        _ = try await call("follow", request) { agent, request in
            try await agent.follow(request)
            return Nothing()
        }
    }

    package func discard(_ request: DiscardRequest) async throws {
        _ = try await call("discard", request) { [to, network] agent, request in
            try await agent.discard(request)
            network.ledger.discarded(request.id.operation, on: to)
            return Nothing()
        }
    }
}
