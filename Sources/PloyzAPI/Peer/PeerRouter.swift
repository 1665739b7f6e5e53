import Foundation
package import Hummingbird
import NIOCore
import PloyzMigration
import PloyzModel

/// Maps the routes of the seam ``Peer`` to the target's agent: decode, one call, encode.
struct PeerRouter: Sendable {
    let agent: @Sendable (MachineID) -> any Peer

    func add(to router: Router<PeerContext>) {
        for route in PeerRoute.allCases {
            router.post(RouterPath(route.rawValue)) { request, context in
                try await answer(route, request, to: agent(context.machine))
            }
        }
    }

    private func answer(_ route: PeerRoute, _ request: Request, to agent: any Peer) async throws -> Response {
        switch route {
        case .facts: try .message(await agent.facts(request.message()))
        case .prepare: try .done(await agent.prepare(request.message()))
        case .ticket: try .message(await agent.ticket(request.message()))
        case .adopt: try .done(await agent.adopt(request.message()))
        case .start: try .message(await agent.start(request.message()))
        case .settle: try .done(await agent.settle(request.message()))
        case .discard: try .done(await agent.discard(request.message()))
        case .follow: try .done(await agent.follow(request.message()))
        }
    }
}

extension Request {
    /// The body as a message between daemons, in the form that records have.
    ///
    /// - Parameter limit: the most bytes of the body; more is answered with 413.
    package func message<Message: Decodable>(
        _ type: Message.Type = Message.self,
        upTo limit: Int = maximumBody
    ) async throws -> Message {
        try JSON.decode(Message.self, from: await bytes(upTo: limit))
    }
}

extension Response {
    /// A message between daemons, in the form that records have.
    package static func message(_ message: some Encodable) throws -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try JSON.encode(message)))
        )
    }

    fileprivate static func done(_: Void) throws -> Response { try .message(PeerDone()) }
}
