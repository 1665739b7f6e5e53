package import PloyzMigration
package import PloyzModel

/// Streams between the machines of one simulated cluster, at a fixed rate.
package struct InMemoryTransfer: Transfer {
    private let machine: String
    private let volumes: InMemoryVolumes
    private let faults: FaultInjector
    private let time: any Timekeeper
    private let receiver: @Sendable (String) -> SimulatedMachine?
    /// Bytes in a second.
    package static let rate: Double = 100_000_000

    package init(
        machine: String,
        volumes: InMemoryVolumes,
        faults: FaultInjector,
        time: any Timekeeper,
        receiver: @escaping @Sendable (String) -> SimulatedMachine?
    ) {
        self.machine = machine
        self.volumes = volumes
        self.faults = faults
        self.time = time
        self.receiver = receiver
    }

    package func send(
        _ stream: VolumeStream,
        with ticket: TransferTicket,
        progress: @Sendable @escaping (ByteCount) -> Void
    ) async throws -> TransferReceipt {
        try await faults.call(machine, "transfer.send", "\(stream.volume)", cost: .milliseconds(20)) {
            let target = try reach(ticket)
            guard case .volume(let promised) = try target.tickets.use(ticket).content,
                promised.volume == stream.volume, promised.base?.guid == stream.base?.guid,
                promised.snapshot.name == stream.snapshot.name
            else { throw PloyzError(.failed, "the ticket is for another stream") }
            let (content, bytes) = try volumes.read(stream)
            try await move(bytes, to: ticket, progress)
            try target.volumes.receive(stream, content: content)
            return TransferReceipt(bytes: bytes, guid: stream.snapshot.guid)
        }
    }

    package func sendImage(
        _ imageID: String,
        with ticket: TransferTicket,
        progress: @Sendable @escaping (ByteCount) -> Void
    ) async throws -> TransferReceipt {
        try await faults.call(machine, "transfer.sendImage", cost: .milliseconds(20)) {
            let target = try reach(ticket)
            guard case .image(imageID) = try target.tickets.use(ticket).content else {
                throw PloyzError(.failed, "the ticket is for another image")
            }
            try await move(.mebibytes(4), to: ticket, progress)
            target.containers.addImage(imageID)
            return TransferReceipt(bytes: .mebibytes(4), guid: 0)
        }
    }

    private func reach(_ ticket: TransferTicket) throws -> SimulatedMachine {
        guard !faults.isCutOff(machine), !faults.isCutOff(ticket.host), let target = receiver(ticket.host) else {
            throw PloyzError(.peerUnreachable, "\(ticket.host) does not answer")
        }
        return target
    }

    private func move(_ bytes: ByteCount, to ticket: TransferTicket, _ progress: (ByteCount) -> Void) async throws {
        for part in 1...10 {
            try await time.sleep(for: .seconds(Double(bytes.bytes) / Self.rate / 10))
            // A link that is cut swallows what is sent: nothing is acknowledged, and no error comes.
            while faults.isCutOff(machine) || faults.isCutOff(ticket.host) { try await time.sleep(for: .seconds(1)) }
            progress(ByteCount(bytes.bytes / 10 * UInt64(part)))
        }
    }
}
