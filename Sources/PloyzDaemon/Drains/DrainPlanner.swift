import PloyzMigration
import PloyzModel

/// Decides, from facts alone, in which order the units of a machine leave it, and where each goes.
///
/// **Order.** First the units without volumes, by name: they cost no downtime and no bytes, so that most services have
/// left the machine within seconds, whatever becomes of the rest. Then the others, the largest first: what takes longest
/// begins first and the small ones fill the place beside it, which ends earlier than any order that leaves a large one
/// for the end; and a large one finds room where small ones have not taken it piece by piece. Then those that cannot move.
///
/// **Target.** Of the machines with enough room, the one with
/// 1. the fewest instances of the unit's services: replicas stay apart where they can;
/// 2. copies of all its volumes from before: only what changed is sent;
/// 3. for a unit with volumes the most space left after it, by powers of two: half as much is worse, a little less is not;
/// 4. the fewest instances;
/// 5. the first name.
///
/// Each choice counts for the next one. The same facts give the same plan.
struct DrainPlanner {
    struct Choice: Hashable, Sendable {
        let unit: DrainUnit
        let target: MachinePlace?
        /// What the target is counted on for.
        let claim: ByteCount
        /// Why there is no target.
        let refusal: PloyzError?
    }

    /// - Parameters:
    ///   - targets: machines that take new things.
    ///   - others: why each of the other machines is out of the question, in words: "m3 is draining".
    static func plan(_ units: [DrainUnit], targets: [DrainTarget], others: [String] = []) -> [Choice] {
        var targets = targets
        let choices = units.sorted(by: isBefore).map { choose($0, among: &targets, others: others) }
        return choices.filter { $0.target != nil } + choices.filter { $0.target == nil }
    }

    private static func isBefore(_ left: DrainUnit, _ right: DrainUnit) -> Bool {
        if left.volumes.isEmpty != right.volumes.isEmpty { return left.volumes.isEmpty }
        return left.size == right.size ? left.instance < right.instance : left.size > right.size
    }

    private static func choose(_ unit: DrainUnit, among targets: inout [DrainTarget], others: [String]) -> Choice {
        if let refusal = unit.refusal { return Choice(unit: unit, target: nil, claim: .zero, refusal: refusal) }
        let fitting = targets.indices.filter { reason(against: targets[$0], for: unit) == nil }
        guard let best = fitting.min(by: { rank(targets[$0], unit) < rank(targets[$1], unit) }) else {
            return Choice(unit: unit, target: nil, claim: .zero, refusal: noPlace(unit, targets, others))
        }
        targets[best].take(unit)
        let place = targets[best].place
        return Choice(unit: unit, target: place, claim: unit.claim(on: place.id), refusal: nil)
    }

    /// Why the machine cannot take the unit, in words; nil when it can.
    private static func reason(against target: DrainTarget, for unit: DrainUnit) -> String? {
        if let refusal = unit.excluded[target.place.id] { return "\(target.place): \(refusal.message)" }
        guard !unit.volumes.isEmpty else { return nil }
        guard target.hasStorage else { return "\(target.place) has no ZFS" }
        let claim = unit.claim(on: target.place.id)
        guard claim > target.free else { return nil }
        return "\(target.place) has room for \(target.free), with what is on its way there, and \(claim) are needed"
    }

    /// The lowest is the best.
    private static func rank(_ target: DrainTarget, _ unit: DrainUnit) -> (Int, Int, Int, Int, MachineName) {
        var after = target
        after.take(unit)
        return (
            target.neighbours(unit.services),
            unit.isKept(on: target.place.id) ? 0 : 1,
            unit.volumes.isEmpty ? 0 : after.free.bytes.leadingZeroBitCount,
            target.load,
            target.place.name
        )
    }

    private static func noPlace(_ unit: DrainUnit, _ targets: [DrainTarget], _ others: [String]) -> PloyzError {
        let reasons = targets.sorted { $0.place.name < $1.place.name }.compactMap { reason(against: $0, for: unit) }
        // One machine's refusal, alone, says what to do better than a list of one.
        if reasons.count == 1, others.isEmpty, let only = unit.excluded.values.first { return only }
        let all = (reasons + others).joined(separator: "; ")
        return PloyzError(
            .noPlace,
            "no machine can take \(unit.instance)" + (all.isEmpty ? "" : ": \(all)"),
            next: "ployzctl machine ls"
        )
    }
}
