import Foundation
import PloyzModel

/// What earlier migrations tell about the next one. Where they tell nothing, stated constants do, marked `rough`.
struct MigrationHistory: Sendable {
    /// The newest first: of this service, or between these machines.
    let records: [OperationRecord]
    /// The same, but of this service only: how long it takes to stop, start and become ready is its own.
    let own: [OperationRecord]

    init(_ operations: [OperationRecord], service: ServiceRef, from: MachineID, to: MachineID) {
        let committed = operations.filter { $0.state == .committed && $0.finishedAt != nil }
            .sorted { ($0.startedAt, $0.id) > ($1.startedAt, $1.id) }
        let pair: Set<MachineID> = [from, to]
        records = Array(committed.filter { $0.service == service || [$0.from.id, $0.to.id] == pair }.prefix(10))
        own = Array(committed.filter { $0.service == service }.prefix(5))
    }

    /// Figures of the lab on zfs-fuse and Docker 20.10, rounded up: the first move of anything is predicted by these.
    static let constants: DowntimeParts<Microseconds> = {
        var parts = DowntimeParts(all: Microseconds.zero)
        parts.stop = .milliseconds(120)
        parts.fence = .milliseconds(60)
        parts.delta = .milliseconds(100)
        parts.start = .milliseconds(150)
        parts.readiness = .milliseconds(50)
        parts.commit = .milliseconds(15)
        parts.switch = .milliseconds(40)
        return parts
    }()
    /// To prepare and to clean up.
    static let overhead = Microseconds.milliseconds(1000)
    /// Bytes in a second.
    static let throughput: Double = 80_000_000
    /// What a first last delta is taken for.
    static let lastDelta = ByteCount(256 << 10)

    /// Bytes in a second, from rounds that were large enough to tell.
    var throughput: (bytes: Double, quality: SizeEstimate.Quality) {
        let rates = records.flatMap(\.rounds).filter { $0.bytes >= .mebibytes(8) && $0.time.count > 0 }
            .map { Double($0.bytes.bytes) / Double($0.time.count) * 1_000_000 }
        return Self.median(rates).map { ($0, .measured) } ?? (Self.throughput, .rough)
    }

    func lastDelta(of volume: VolumeRef) -> SizeEstimate {
        let sizes = own.flatMap(\.rounds).filter { $0.volume == volume && $0.isLast }.map { Double($0.bytes.bytes) }
        return Self.median(sizes).map { SizeEstimate(bytes: ByteCount(UInt64($0)), quality: .measured) }
            ?? SizeEstimate(bytes: Self.lastDelta, quality: .rough)
    }

    func downtime(of unit: MigrationUnit, lastDelta: SizeEstimate?) -> DowntimeParts<TimeEstimate> {
        var parts = DowntimeParts(all: TimeEstimate(.zero, .exact))
        for part in DowntimePart.allCases {
            let ofService: Set<DowntimePart> = [.stop, .start, .readiness]
            let values = (ofService.contains(part) ? own : records).compactMap { record in
                record.measured[part].map { Double($0.count) }
            }
            parts[part] =
                Self.median(values).map { TimeEstimate(Microseconds(Int64($0)), .measured) }
                ?? TimeEstimate(Self.constants[part], .rough)
        }
        if !unit.members.contains(where: { $0.service.spec.readiness != nil }) {
            parts.readiness = TimeEstimate(.zero, .exact)
        }
        guard unit.isStateless else {
            if let lastDelta { parts.delta = deltaTime(lastDelta) }
            return parts
        }
        // The candidate is ready before the source stops: only the switch can be noticed.
        for part in DowntimePart.allCases where part != .switch { parts[part] = TimeEstimate(.zero, .exact) }
        return parts
    }

    /// The fixed cost of a last round and the time that the bytes take.
    func deltaTime(_ size: SizeEstimate) -> TimeEstimate {
        let (rate, rateQuality) = throughput
        let fixed = records.flatMap(\.rounds).filter(\.isLast).map { round in
            max(0, Double(round.time.count) - Double(round.bytes.bytes) / rate * 1_000_000)
        }
        let (cost, costQuality): (Double, SizeEstimate.Quality) =
            Self.median(fixed).map { ($0, .measured) } ?? (Double(Self.constants.delta.count), .rough)
        let moving = Double(size.bytes.bytes) / rate * 1_000_000
        return TimeEstimate(
            Microseconds(Int64(min(cost + moving, 1e15))),
            min(size.quality, min(rateQuality, costQuality))
        )
    }

    func totalTime(
        volumes: [VolumePlan],
        images: [ImagePlan],
        downtime: DowntimeParts<TimeEstimate>
    ) -> TimeEstimate {
        let (rate, quality) = throughput
        let bytes =
            volumes.reduce(ByteCount.zero) { $0 + $1.preCopy.bytes } + images.reduce(.zero) { $0 + ($1.size ?? .zero) }
        let moving = Double(bytes.bytes) / rate * 1_000_000
        let overhead = overhead
        // A second, small round.
        let rest = overhead.time + downtime.total.time + downtime.delta.time
        return TimeEstimate(
            Microseconds(Int64(min(moving, 1e15))) + rest,
            min(quality, min(overhead.quality, downtime.total.quality))
        )
    }

    /// What a migration takes beside its streams and its downtime: to prepare, to arm, to clean up. Records have whole
    /// seconds.
    private var overhead: TimeEstimate {
        let values = records.compactMap { record -> Double? in
            guard let end = record.finishedAt else { return nil }
            let whole = end.timeIntervalSince(record.startedAt) * 1_000_000
            let streams = Dictionary(grouping: record.rounds.filter { !$0.isLast }, by: \.volume).values
                .map { $0.reduce(0) { $0 + Double($1.time.count) } }
            return max(0, whole - (streams.max() ?? 0) - Double(record.downtime?.count ?? 0))
        }
        return Self.median(values).map { TimeEstimate(Microseconds(Int64(min($0, 1e15))), .measured) }
            ?? TimeEstimate(Self.overhead, .rough)
    }

    static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        return values.sorted()[values.count / 2]
    }
}
