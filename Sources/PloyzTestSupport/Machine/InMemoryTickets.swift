package import PloyzMigration
import PloyzModel
import Synchronization

/// The receiving end of one machine: tickets that were issued, and streams that came with one.
package final class InMemoryTickets: TicketIssuer {
    private struct State {
        var next = 0
        /// Not used yet.
        var issued: [String: TicketRequest] = [:]
        /// Streams that may still arrive.
        var arriving: [String: TicketRequest] = [:]
        /// Tickets that were given out by a daemon that is dead.
        var orphans: [String: TicketRequest] = [:]
    }

    private let state = Mutex(State())
    private let machine: String
    private let volumes: InMemoryVolumes

    package init(machine: String, volumes: InMemoryVolumes) {
        self.machine = machine
        self.volumes = volumes
    }

    package func issue(_ request: TicketRequest) async throws -> TransferTicket {
        var resume: ResumeToken?
        if case .volume(let stream) = request.content {
            if request.startsAnew == true || stream.snapshot.guid == 0 { volumes.dropPart(of: stream.volume) }
            resume = volumes.part(of: stream.volume)?.token
        }
        return state.withLock { [resume] state in
            let isSame = { (other: TicketRequest) in other.id == request.id && other.content.isOfSame(request.content) }
            state.issued = state.issued.filter { !isSame($0.value) }
            state.arriving = state.arriving.filter { !isSame($0.value) }
            state.next += 1
            let secret = "\(machine)-\(state.next)"
            state.issued[secret] = request
            return TransferTicket(secret: secret, host: machine, port: 4319, resume: resume)
        }
    }

    package func revoke(_ id: AttemptID) async throws {
        state.withLock { state in
            let isLater = { (request: TicketRequest) in
                request.id.operation != id.operation || request.id.attempt > id.attempt
            }
            state.issued = state.issued.filter { isLater($0.value) }
            state.arriving = state.arriving.filter { isLater($0.value) }
        }
    }

    /// The daemon is dead, and its memory with it. A receive that it had begun goes on.
    func forget() {
        state.withLock { state in
            state.orphans.merge(state.issued) { $1 }
            state.issued = [:]
            state.arriving = [:]
        }
    }

    /// What the ticket was issued for; it is void afterwards.
    ///
    /// - Parameter isLate: the stream was begun long ago, and is only now at its end.
    func use(_ ticket: TransferTicket, isLate: Bool) throws -> TicketRequest {
        try state.withLock { state in
            if isLate, let request = state.orphans.removeValue(forKey: ticket.secret) { return request }
            guard let request = state.issued.removeValue(forKey: ticket.secret) else {
                throw PloyzError(.failed, "the ticket is not valid")
            }
            state.arriving[ticket.secret] = request
            return request
        }
    }

    /// The last byte is here: whether the receive may end well.
    func end(_ ticket: TransferTicket, isLate: Bool) throws {
        let isWanted = state.withLock { $0.arriving.removeValue(forKey: ticket.secret) != nil }
        guard isWanted || isLate else { throw PloyzError(.failed, "the receive was ended") }
    }
}

extension TicketRequest.Content {
    fileprivate func isOfSame(_ other: Self) -> Bool {
        switch (self, other) {
        case (.volume(let left), .volume(let right)): left.volume == right.volume
        case (.image(let left), .image(let right)): left == right
        default: false
        }
    }
}
