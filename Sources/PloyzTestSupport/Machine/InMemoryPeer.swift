package import PloyzMigration
import PloyzModel

/// Another machine's agent, reached over a network: every message goes through JSON, and may get lost.
package struct InMemoryPeer: Peer {
    private let from: String
    private let to: String
    private let agent: TargetAgent
    private let faults: FaultInjector

    package init(from: String, to: String, agent: TargetAgent, faults: FaultInjector) {
        self.from = from
        self.to = to
        self.agent = agent
        self.faults = faults
    }

    private func call<Request: Codable & Sendable, Answer: Codable & Sendable>(
        _ name: String,
        _ request: Request,
        _ body: @Sendable (Request) async throws -> Answer
    ) async throws -> Answer {
        let sent = try JSON.decode(Request.self, from: JSON.encode(request))
        return try await faults.call(from, "peer.\(name)", to, cost: .milliseconds(2)) {
            guard !faults.isCutOff(from), !faults.isCutOff(to) else {
                throw PloyzError(.peerUnreachable, "\(to) does not answer")
            }
            return try JSON.decode(Answer.self, from: JSON.encode(try await body(sent)))
        }
    }

    private struct Nothing: Codable, Sendable {}

    package func facts(_ question: TargetQuestion) async throws -> TargetFacts {
        try await call("facts", question) { try await agent.facts($0) }
    }

    package func prepare(_ request: PrepareRequest) async throws {
        _ = try await call("prepare", request) { request in
            try await agent.prepare(request)
            return Nothing()
        }
    }

    package func ticket(_ request: TicketRequest) async throws -> TransferTicket {
        try await call("ticket", request) { try await agent.ticket($0) }
    }

    package func adopt(_ request: AdoptRequest) async throws {
        _ = try await call("adopt", request) { request in
            try await agent.adopt(request)
            return Nothing()
        }
    }

    package func start(_ request: StartRequest) async throws -> StartReport {
        try await call("start", request) { try await agent.start($0) }
    }

    package func settle(_ request: SettleRequest) async throws {
        _ = try await call("settle", request) { request in
            try await agent.settle(request)
            return Nothing()
        }
    }

    package func discard(_ request: DiscardRequest) async throws {
        _ = try await call("discard", request) { request in
            try await agent.discard(request)
            return Nothing()
        }
    }
}
