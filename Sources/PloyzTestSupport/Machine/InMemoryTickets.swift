package import PloyzMigration
import PloyzModel
import Synchronization

/// The receiving end of one machine: tickets that were issued and not used.
package final class InMemoryTickets: TicketIssuer {
    private let issued = Mutex<(next: Int, requests: [String: TicketRequest])>((0, [:]))
    private let machine: String

    package init(machine: String) { self.machine = machine }

    package func issue(_ request: TicketRequest) async throws -> TransferTicket {
        issued.withLock { issued in
            issued.next += 1
            let secret = "\(machine)-\(issued.next)"
            issued.requests[secret] = request
            return TransferTicket(secret: secret, host: machine, port: 4319)
        }
    }

    package func revoke(_ id: AttemptID) async throws {
        issued.withLock { issued in
            issued.requests = issued.requests.filter {
                $0.value.id.operation != id.operation || $0.value.id.attempt > id.attempt
            }
        }
    }

    func forget() { issued.withLock { $0.requests = [:] } }

    /// What the ticket was issued for; it is void afterwards.
    func use(_ ticket: TransferTicket) throws -> TicketRequest {
        try issued.withLock { issued in
            guard let request = issued.requests.removeValue(forKey: ticket.secret) else {
                throw PloyzError(.failed, "the ticket is not valid")
            }
            return request
        }
    }
}
