package import PloyzMigration
package import PloyzModel
import Synchronization

/// Streams between the machines of one simulated cluster, at a fixed rate.
package struct InMemoryTransfer: Transfer {
    private let machine: SimulatedMachine
    private let network: SimulatedNetwork
    private let faults: FaultInjector
    private let time: any Timekeeper
    /// Bytes in a second.
    package static let rate: Double = 100_000_000

    init(machine: SimulatedMachine, network: SimulatedNetwork, faults: FaultInjector, time: any Timekeeper) {
        self.machine = machine
        self.network = network
        self.faults = faults
        self.time = time
    }

    package func send(
        _ stream: VolumeStream,
        with ticket: TransferTicket,
        progress: @Sendable @escaping (ByteCount) -> Void
    ) async throws -> TransferReceipt {
        let subject = "\(stream.volume)"
        return try await faults.call(
            machine.name,
            "transfer.send",
            subject,
            cost: .milliseconds(20),
            order: subject,
            on: ticket.host
        ) {
            let isLate = FaultInjector.isLate
            let (target, daemon) = try await network.connect(machine.name, ticket.host)
            guard case .volume(let promised) = try target.tickets.use(ticket, isLate: isLate).content,
                promised.volume == stream.volume, promised.base?.guid == stream.base?.guid,
                promised.snapshot.name == stream.snapshot.name
            else { throw PloyzError(.failed, "the ticket is for another stream") }
            let (content, bytes) = try machine.volumes.read(stream)
            let before = stream.resume.flatMap(InMemoryPart.init)?.arrived ?? .zero
            let left = ByteCount(bytes.bytes - min(bytes.bytes, before.bytes))
            let acknowledged = Mutex(ByteCount.zero)
            do {
                if !isLate {
                    try await move(left, to: target, daemon) { count in
                        acknowledged.withLock { $0 = count }
                        progress(count)
                    }
                }
            } catch {
                target.volumes.keepPart(of: stream, size: bytes, arrived: before + acknowledged.withLock { $0 })
                throw error
            }
            if let error = target.volumes.stumble(of: stream.volume) {
                let part = stream.resume.flatMap(InMemoryPart.init)
                let read = (part?.read ?? .zero) + .mebibytes(1)
                target.volumes.keepPart(of: stream, size: bytes, arrived: .mebibytes(1), read: read)
                throw error
            }
            try target.tickets.end(ticket, isLate: isLate)
            // Of a snapshot of a user's the sender compares the GUID before it sends.
            let isGarbled = FaultInjector.isGarbled
            if isGarbled, !stream.snapshot.name.isOurs {
                throw PloyzError(.failed, "\(stream.snapshot.name) is another snapshot by now")
            }
            let arrived = isGarbled ? stream.garbled : stream
            try target.volumes.receive(
                arrived,
                content: isGarbled ? content.dropLast() : content,
                isLast: promised.snapshot.guid == 0
            )
            return TransferReceipt(bytes: left, guid: arrived.snapshot.guid)
        }
    }

    package func sendImage(
        _ imageID: String,
        with ticket: TransferTicket,
        progress: @Sendable @escaping (ByteCount) -> Void
    ) async throws -> TransferReceipt {
        try await faults.call(machine.name, "transfer.sendImage", cost: .milliseconds(20)) {
            let isLate = FaultInjector.isLate
            let (target, daemon) = try await network.connect(machine.name, ticket.host)
            guard case .image(imageID) = try target.tickets.use(ticket, isLate: isLate).content else {
                throw PloyzError(.failed, "the ticket is for another image")
            }
            if !isLate { try await move(.mebibytes(4), to: target, daemon, progress) }
            try target.tickets.end(ticket, isLate: isLate)
            target.containers.addImage(imageID)
            return TransferReceipt(bytes: .mebibytes(4), guid: 0)
        }
    }

    private func move(
        _ bytes: ByteCount,
        to target: SimulatedMachine,
        _ daemon: SimulatedDaemon?,
        _ progress: (ByteCount) -> Void
    ) async throws {
        for part in 1...10 {
            try await time.sleep(for: .seconds(Double(bytes.bytes) / Self.rate / 10))
            // A link that is cut swallows what is sent: nothing is acknowledged, and no error comes.
            try await network.pass(machine.name, target.name)
            try await network.keepUp(with: daemon, on: target)
            progress(ByteCount(bytes.bytes / 10 * UInt64(part)))
        }
    }
}

extension VolumeStream {
    /// Something else under the same name.
    fileprivate var garbled: VolumeStream {
        VolumeStream(
            volume: volume,
            base: base,
            snapshot: VolumeSnapshot(
                name: snapshot.name,
                guid: snapshot.guid ^ 0xffff_0000,
                creation: snapshot.creation
            ),
            includesIntermediates: includesIntermediates,
            flags: flags,
            resume: resume
        )
    }
}
