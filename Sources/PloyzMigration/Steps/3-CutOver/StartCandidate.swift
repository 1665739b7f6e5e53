import PloyzModel

/// The sealed candidate runs on the target and is ready. Nothing reaches it, and what it writes is nobody's volume yet.
///
/// **Left behind on failure**: perhaps a running candidate, sealed. The discard ends it, and the source does not wait.
extension MigrationRunner {
    mutating func startCandidate() async throws {
        let began = seams.time.now
        let target = try await peer(record.to.id)
        let request = StartRequest(id: id, snapshots: entry.last.mapValues(\.guid))
        let readiness = unit.members.compactMap(\.service.spec.readiness?.timeout.duration).max() ?? .zero
        let report = try await seams.time.within(readiness + seams.limits.start, "starting on the target") {
            try await target.start(request)
        }
        let total = Microseconds(seams.time.now - began)
        if !record.plan.startsFirst {
            entry.record.measured.readiness = report.readiness
            entry.record.measured.start = Microseconds(max(0, total.count - report.readiness.count))
        }
        events.emit(.candidateReady(report: report))
    }
}
