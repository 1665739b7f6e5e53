import PloyzAPI
import PloyzMigration
import PloyzModel

/// Makes the moves of a drain: asks the machines, lets ``DrainPlanner`` choose, and has each choice planned as the
/// migration that it will be. What that refuses is chosen anew, without that machine. Changes nothing.
struct DrainDrafter: Sendable {
    let machine: MachinePlace
    let order: DrainOrder
    let peers: MachineDirectory
    let migrations: MigrationService
    let timekeeper: any Timekeeper
    /// What the live volumes of this machine refer to.
    let sizes: @Sendable () async throws -> [VolumeRef: ByteCount]

    /// A machine that does not answer within this takes nothing.
    private static let answerLimit = Duration.seconds(5)
    /// Migrations that are planned at once: each runs a few `zfs` commands on both machines.
    private static let width = 4
    /// How many machines may refuse a unit before it counts as one that cannot move.
    private static let tries = 4

    /// Every unit on the machine but those in `known`, in the order in which they go.
    ///
    /// - Parameter excluded: machines that a unit is not to go to, by its first instance.
    func away(
        _ survey: DrainSurvey,
        except known: Set<InstanceRef> = [],
        only wanted: InstanceRef? = nil,
        excluding excluded: [MachineID: PloyzError] = [:]
    ) async throws -> [DrainMove] {
        var units = DrainUnit.all(on: machine.id, in: survey.picture, sizes: try await sizes()).filter { unit in
            wanted.map { unit.instance == $0 } ?? !unit.members.contains(where: known.contains)
        }
        for index in units.indices { units[index].excluded = excluded }
        guard !units.isEmpty else { return [] }
        let (targets, others) = await targets(survey)
        var forecasts: [Pair: MigrationPreview] = [:]
        // Each time round at least one pair is planned or excluded, so it comes to an end.
        while true {
            let choices = DrainPlanner.plan(units, targets: targets, others: others)
            let unplanned = choices.compactMap { choice in
                choice.target.map { Pair(instance: choice.unit.instance, target: $0.id) }
            }.filter { forecasts[$0] == nil }
            guard !unplanned.isEmpty else { return choices.map { move($0, forecasts) } }
            for (pair, result) in try await previews(of: unplanned) {
                switch result {
                case .success(let preview): forecasts[pair] = preview
                case .failure(let error):
                    guard let index = units.firstIndex(where: { $0.instance == pair.instance }) else { continue }
                    if error.code.exitStatus == 5 { throw error }
                    units[index].excluded[pair.target] = error
                    let isUnits = DrainSetback(error, wasRunning: false) != .target
                    if isUnits || units[index].excluded.count >= Self.tries { units[index].refusal = error }
                }
            }
        }
    }

    /// What is away and still where it was put, on its way home; of the rest, why not.
    func home(_ away: [DrainMove], _ survey: DrainSurvey) async throws -> [DrainMove] {
        var moves: [DrainMove] = []
        var pairs: [Pair] = []
        for var move in away.compactMap(\.reversed) {
            let place = survey.picture.instances.first { $0.ref == move.instance }?.machine
            if place == move.from.id {
                pairs.append(Pair(instance: move.instance, target: machine.id))
            } else {
                move.state = .gone
                move.note =
                    switch place {
                    case nil: "it was removed"
                    case machine.id: "it is on \(machine) already"
                    case .some(let other): "it was moved on to \(survey.picture.name(of: other)), and is left there"
                    }
            }
            moves.append(move)
        }
        let forecasts = Dictionary(try await previews(of: pairs, isHome: true)) { first, _ in first }
        for index in moves.indices where moves[index].state == .waiting {
            switch forecasts[Pair(instance: moves[index].instance, target: machine.id)] {
            case .success(let preview): moves[index].foretell(preview)
            case .failure(let error):
                moves[index].state = .stays
                moves[index].error = error
            case nil: break
            }
        }
        return moves.filter { $0.state == .waiting }.sorted(by: Self.isBefore) + moves.filter { $0.state != .waiting }
    }

    private struct Pair: Hashable, Sendable {
        let instance: InstanceRef
        let target: MachineID
    }

    /// As ``DrainPlanner`` orders them.
    private static func isBefore(_ left: DrainMove, _ right: DrainMove) -> Bool {
        if left.volumes.isEmpty != right.volumes.isEmpty { return left.volumes.isEmpty }
        return left.bytes.bytes == right.bytes.bytes
            ? left.instance < right.instance : left.bytes.bytes > right.bytes.bytes
    }

    private func move(_ choice: DrainPlanner.Choice, _ forecasts: [Pair: MigrationPreview]) -> DrainMove {
        var move = DrainMove(
            instance: choice.unit.instance,
            members: choice.unit.members,
            volumes: choice.unit.volumes.keys.sorted(),
            from: machine,
            to: choice.target,
            size: choice.unit.size,
            claim: choice.claim,
            state: choice.target == nil ? .stays : .waiting,
            error: choice.refusal
        )
        let pair = choice.target.map { Pair(instance: choice.unit.instance, target: $0.id) }
        if let pair, let preview = forecasts[pair] { move.foretell(preview) }
        return move
    }

    /// The machines that take new things, with what they have room for; of the others, why they do not.
    private func targets(_ survey: DrainSurvey) async -> ([DrainTarget], [String]) {
        let allowed = survey.picture.machines.filter { record in
            record.id != machine.id && (order.targets.isEmpty || order.targets.contains(record.id))
        }
        var others = allowed.compactMap(survey.obstacle)
        var targets: [DrainTarget] = []
        let asked = allowed.filter { survey.obstacle($0) == nil }
        let answers = await withTaskGroup(of: (MachineID, TargetFacts?).self) { group in
            for record in asked { group.addTask { (record.id, await facts(of: record.id)) } }
            return await group.reduce(into: [MachineID: TargetFacts]()) { $0[$1.0] = $1.1 }
        }
        for record in asked {
            guard let facts = answers[record.id] else {
                others.append("\(record.name) does not answer")
                continue
            }
            let promised = survey.promised(to: record.id)
            let free = facts.availableSpace > promised ? facts.availableSpace.bytes - promised.bytes : 0
            targets.append(
                DrainTarget(
                    place: MachinePlace(record),
                    hasStorage: facts.storage != nil,
                    free: ByteCount(free),
                    instances: survey.instances(on: record.id)
                )
            )
        }
        return (targets, others.sorted())
    }

    private func facts(of id: MachineID) async -> TargetFacts? {
        let peers = peers
        return try? await timekeeper.within(Self.answerLimit, "asking \(id) for its space") {
            try await peers.peer(id).facts(TargetQuestion(unit: MigrationUnit(members: [], volumes: [])))
        }
    }

    private func previews(of pairs: [Pair], isHome: Bool = false) async throws -> [(
        Pair, Result<MigrationPreview, PloyzError>
    )] {
        try await withThrowingTaskGroup(of: (Pair, Result<MigrationPreview, PloyzError>).self) { group in
            var rest = pairs[...]
            var found: [(Pair, Result<MigrationPreview, PloyzError>)] = []
            func add() {
                guard let pair = rest.popFirst() else { return }
                group.addTask { (pair, try await preview(pair, isHome: isHome)) }
            }
            for _ in 0..<Self.width { add() }
            for try await answer in group {
                found.append(answer)
                add()
            }
            return found
        }
    }

    private func preview(_ pair: Pair, isHome: Bool) async throws -> Result<MigrationPreview, PloyzError> {
        do {
            let request = MigrationRequest(
                service: pair.instance.service,
                instance: pair.instance.index,
                target: pair.target,
                maxDowntime: order.maxDowntime,
                requester: "drain",
                // It is active when its turn comes.
                takesTargetForActive: isHome ? true : nil
            )
            return .success(try await migrations.preview(request))
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            return .failure(PloyzError(describing: error))
        }
    }
}

extension DrainMove {
    /// What the migration's preview says of bytes, time and downtime.
    mutating func foretell(_ preview: MigrationPreview) {
        let sizes =
            preview.volumes.flatMap { [$0.preCopy, $0.lastDelta] }
            + preview.images.map { SizeEstimate(bytes: $0.size ?? .zero, quality: $0.size == nil ? .rough : .exact) }
        bytes = sizes.reduce(SizeEstimate(bytes: .zero, quality: .exact)) { sum, size in
            SizeEstimate(bytes: sum.bytes + size.bytes, quality: min(sum.quality, size.quality))
        }
        // A copy that is there already takes what changed; one that is not was counted when it was chosen.
        claim = max(claim, preview.volumes.reduce(.zero) { $0 + ($1.base == nil ? .zero : $1.preCopy.bytes) })
        size = preview.volumes.reduce(.zero) { $0 + $1.size }
        time = preview.totalTime
        // The new container is ready before the old one stops: nobody waits for it.
        downtime = preview.startsFirst ? TimeEstimate(.zero, .exact) : preview.totalDowntime
    }
}
