import PloyzMigration
package import PloyzModel
import Synchronization

/// What is kept of a stream that was cut off. Its token says what OpenZFS's says: snapshot, base, and how far it came.
struct InMemoryPart: Hashable, Sendable {
    let guid: UInt64
    let base: UInt64?
    /// Of the whole stream.
    let size: ByteCount
    let arrived: ByteCount
    /// What all tries have read. A try that breaks where the last one broke adds to this alone.
    let read: ByteCount

    var token: ResumeToken {
        let numbers = [guid, base ?? 0, size.bytes, arrived.bytes, read.bytes].map { String($0, radix: 16) }
        do {
            return try ResumeToken("1-" + numbers.joined(separator: "-"))
        } catch {
            preconditionFailure("no token: \(error)")
        }
    }

    init(of stream: VolumeStream, size: ByteCount, arrived: ByteCount, read: ByteCount) {
        guid = stream.snapshot.guid
        base = stream.base?.guid
        self.size = size
        self.arrived = arrived
        self.read = read
    }

    init?(_ token: ResumeToken) {
        let numbers = token.text.split(separator: "-").dropFirst().compactMap { UInt64($0, radix: 16) }
        guard numbers.count == 5 else { return nil }
        guid = numbers[0]
        base = numbers[1] == 0 ? nil : numbers[1]
        size = ByteCount(numbers[2])
        arrived = ByteCount(numbers[3])
        read = ByteCount(numbers[4])
    }

    var left: ByteCount { ByteCount(size.bytes - min(size.bytes, read.bytes)) }
}

extension InMemoryVolumes {
    func part(of volume: VolumeRef) -> InMemoryPart? { state.withLock { $0.parts[volume] } }

    func dropPart(of volume: VolumeRef) { state.withLock { $0.parts[volume] = nil } }

    /// Every stream of the volume breaks with this error behind its first mebibyte.
    package func stumble(over volume: VolumeRef, with code: ErrorCode) {
        state.withLock { $0.stumbles[volume] = code }
    }

    func stumble(of volume: VolumeRef) -> PloyzError? {
        state.withLock { $0.stumbles[volume] }.map { PloyzError($0, "zfs receive: cannot receive") }
    }

    /// The stream was cut off when so much of it was here.
    func keepPart(of stream: VolumeStream, size: ByteCount, arrived: ByteCount, read: ByteCount? = nil) {
        guard keepsParts, stream.snapshot.guid != 0, arrived > .zero else { return }
        state.withLock { state in
            guard state.parts[stream.volume] == nil || stream.resume != nil else { return }
            let isPossible =
                stream.base == nil
                ? state.datasets[stream.volume] == nil && state.staging[stream.volume] == nil
                : state.datasets[stream.volume]?.snapshots.last?.snapshot.guid == stream.base?.guid
            guard isPossible else { return }
            state.parts[stream.volume] = InMemoryPart(
                of: stream,
                size: size,
                arrived: arrived,
                read: read ?? arrived
            )
        }
    }
}
