import Foundation
import PloyzAPI
import PloyzMigration
import PloyzModel

extension FaultStage {
    /// Plays a case from a lab that is well to one that is well again. What goes wrong is in the verdict.
    package func play(_ fault: FaultCase) async -> FaultVerdict {
        var verdict = FaultVerdict(name: fault.name, claim: fault.claim)
        do {
            try await waitUntilWell(within: 60)
            try await bring(fault.direction)
            let source = try await place()
            let play = FaultPlay(stage: self, fault: fault, source: source, target: target(fault, from: source))
            try await play.run(&verdict)
        } catch {
            verdict.violations.append("\(error)")
        }
        verdict.passed = verdict.violations.isEmpty
        return verdict
    }

    private func bring(_ direction: Direction) async throws {
        let isOnFounder = try await place() == Self.founder
        guard isOnFounder != (direction == .fromFounder) else { return }
        try await lab.move(shop.service, to: direction == .fromFounder ? Self.founder : "m2")
    }

    private func target(_ fault: FaultCase, from source: String) -> String {
        switch fault.direction {
        case .toFounder: Self.founder
        case .fromFounder: "m2"
        case .awayFromStore: source == "m2" ? "m3" : "m2"
        }
    }
}

extension FaultPlay {
    private var lab: Lab { stage.lab }
    private var shop: Shop { stage.shop }

    /// Plays the case and adds to the verdict what it saw.
    fileprivate func run(_ verdict: inout FaultVerdict) async throws {
        try await Strangers.plantSnapshots(shop, on: source)
        if fault.isFirstSend { try await forgetCopies(on: target) }
        if fault.fresh > 0 { try await perform([.write(fault.fresh)]) }
        try await perform(fault.arrange)
        let known = Set((try await stage.migrations() ?? []).map(\.operation))
        let before = try await stage.views()
        let firstSight = try LiveTimeline(stage.sights).sights.count
        let probes = try FaultStage.machines.map { machine in
            try Probe.write(in: lab, from: machine, to: shop.endpoint, name: "\(fault.name)-\(machine)")
        }
        do {
            let (result, row, seconds) = try await migrate(beside: known)
            try await perform(fault.afterwards)
            try await lab.command(["heal"]).succeeded()
            verdict.ended = seconds
            verdict.outcome = word(row)
            verdict.downtime = row?.downtime.map { Double($0.count) / 1_000_000 }
            try await judge(result, row, before, &verdict)
            try await perform(fault.tidying)
        } catch {
            verdict.violations.append("\(error)")
            try await stage.recover()
            do { try await perform(fault.whenFailed) } catch { verdict.violations.append("not tidied up: \(error)") }
        }
        try await read(probes, &verdict)
        verdict.twoLive = try LiveTimeline(stage.sights).twoLive(from: firstSight)
        if verdict.twoLive > 0 { verdict.violations.append("two live containers were seen") }
    }

    /// The command, the moment, the strike, and the end.
    private func migrate(
        beside known: Set<OperationID>
    ) async throws -> (ProgramResult, MigrationSummary?, Double) {
        let clock = ContinuousClock()
        guard let moment = fault.moment else {
            let began = clock.now
            try await perform(fault.strike)
            let result = try await apply()
            try await perform(fault.revival)
            let row = try await waitUntilEnded(beside: known)
            return (result, row, (clock.now - began) / .seconds(1))
        }
        let machine = machines(moment.role)[0]
        let breakpoint = try await breakpoint(moment)
        try await stage.lab.arm(breakpoint, on: machine)
        let stop = Task { try await stage.lab.waitUntilStopped(machine, at: breakpoint) }
        async let command = apply(ending: stop)
        do {
            try await stop.value
        } catch {
            try await stage.lab.disarm(machine)
            let result = try await command
            let why = stop.isCancelled ? "'\(breakpoint)' was not reached" : "\(error)"
            throw ScenarioFailure("\(why); apply ended with \(result.status): \(result.errorText)")
        }
        let began = clock.now
        try await perform(fault.strike)
        let row = try await waitUntilEnded(beside: known)
        let seconds = (clock.now - began) / .seconds(1)
        return (try await command, row, seconds)
    }

    /// A command that fails where nothing struck yet ends the wait for its moment, which does not come any more.
    private func apply(ending stop: Task<Void, any Error>) async throws -> ProgramResult {
        let result = try await apply()
        if result.status != 0 { stop.cancel() }
        return result
    }

    /// The machine's copies are destroyed with all their snapshots, as by an operator: what follows is a first send.
    func forgetCopies(on machine: String) async throws {
        let script = """
            for dataset in tank/ployz/shop/data tank/ployz/shop/blob; do
                zfs list "$dataset" >/dev/null 2>&1 || continue
                for snapshot in $(zfs list -H -r -t snapshot -o name "$dataset"); do
                    operation=$(echo "$snapshot" | sed -n 's/.*@ployz-\\([0-9a-f]*\\)-.*/op-\\1/p')
                    for tag in foreign ployz:previous "ployz:$operation"; do
                        zfs release "$tag" "$snapshot" 2>/dev/null || true
                    done
                done
                zfs destroy -r "$dataset"
            done
            # What an earlier first send has left of itself would be gone on from.
            zfs list -H -r -o name tank/ployz/.staging 2>/dev/null | tail -n +2 | while read -r dataset; do
                zfs receive -A "$dataset" 2>/dev/null || zfs destroy -r "$dataset"
            done
            """
        try await lab.run(machine, ["sh", "-c", script]).succeeded()
    }

    private func word(_ row: MigrationSummary?) -> String {
        switch row?.outcome {
        case .migrated: "migrated"
        case .failed, .cancelled: "returned"
        case .cleanupPending: "pending"
        case .alreadyThere: "there"
        case .unknown: "unknown"
        case nil: row == nil ? "refused" : "running"
        }
    }

    // MARK: Judging

    private func judge(
        _ result: ProgramResult,
        _ row: MigrationSummary?,
        _ before: [String: MachineView],
        _ verdict: inout FaultVerdict
    ) async throws {
        var violations: [String] = []
        defer { verdict.violations += violations }
        let outcome = verdict.outcome
        let isRight =
            switch fault.ending {
            case .migrated: outcome == "migrated"
            case .returned: outcome == "returned" || row == nil
            case .either: ["migrated", "returned"].contains(outcome) || row == nil
            case .refused: row == nil && result.status == 3
            }
        if !isRight {
            violations.append(
                "ended as \(outcome), expected \(fault.ending.rawValue); apply ended with "
                    + "\(result.status): \(result.errorText)"
            )
        }
        // The command may not know, but it must not say what is not so.
        if result.status == 0, outcome != "migrated" { violations.append("apply said 0, but it \(outcome)") }
        if [1, 3].contains(result.status), outcome == "migrated" {
            violations.append("apply said \(result.status), but it migrated: \(result.errorText)")
        }
        if !fault.codes.isEmpty, !fault.codes.contains(where: { (result.text + result.errorText).contains($0) }) {
            violations.append("apply named none of \(fault.codes): \(result.errorText)\(result.text.suffix(2000))")
        }
        let place = outcome == "migrated" ? target : source
        try await stage.waitUntilServed(on: place, within: 90)
        for client in FaultStage.machines where try await !stage.answers(on: client) {
            violations.append("it does not answer on \(client)")
        }
        let recorded = try await stage.place()
        if recorded != place { violations.append("the store places it on \(recorded), not on \(place)") }
        let after = try await settled(place)
        verdict.copies = copies(after, of: "shop/blob")
        violations += compare(before, after, place: place)
    }

    /// What the machines hold, once what is removed after the end is removed; the last look when it never is.
    private func settled(_ place: String) async throws -> [String: MachineView] {
        var views = try await stage.views()
        try? await lab.wait(for: "the rest to be removed", within: 20) {
            views = try await stage.views()
            return leftovers(views, place: place).isEmpty
        }
        return views
    }

    private func leftovers(_ views: [String: MachineView], place: String) -> [String] {
        var found: [String] = []
        for (machine, view) in views.sorted(by: { $0.key < $1.key }) {
            // Other services are where they are: F17 has one.
            let containers = view.containers.filter { $0.hasPrefix("ployz.shop.") }
            let copies = view.copies.filter { $0.volume.hasPrefix("shop/") }
            if machine != place, !containers.isEmpty {
                found.append("containers are left on \(machine): \(containers.joined(separator: ", "))")
            }
            if !view.overheld.isEmpty { found.append("held more than once on \(machine): \(view.overheld)") }
            if !view.journal.isEmpty { found.append("the journal of \(machine) has \(view.journal)") }
            // A full receive that was cut off leaves what the next one clears away: only that of an older try counts.
            if machine != target, !view.staging.isEmpty { found.append("\(view.staging) is left on \(machine)") }
            for copy in copies where (copy.state == "live") != (machine == place) || copy.state == "incoming" {
                found.append("\(copy.volume) is \(copy.state) on \(machine), at epoch \(copy.epoch)")
            }
            for copy in copies where machine != place && copy.isMounted {
                found.append("\(copy.volume) is mounted on \(machine)")
            }
        }
        for volume in ["shop/data", "shop/blob"]
        where views[place]?.copies.contains(where: { $0.volume == volume }) != true {
            found.append("\(volume) is not on \(place)")
        }
        return found
    }

    private func compare(
        _ before: [String: MachineView],
        _ after: [String: MachineView],
        place: String
    ) -> [String] {
        var violations = leftovers(after, place: place)
        for machine in FaultStage.machines {
            guard let then = before[machine], let now = after[machine] else { continue }
            let changed = then.foreign.symmetricDifference(now.foreign)
            for line in changed.sorted()
            where then.foreign.contains(line) ? !isReleased(line, on: machine, now) : !isCarried(line, before) {
                violations.append("\(machine): \(then.foreign.contains(line) ? "gone" : "new"): \(line)")
            }
            // Those of migrations that failed stay as bases until one succeeds, which prunes its source's.
            if place == target, machine == source, now.snapshots.count > 12 {
                violations.append("\(now.snapshots.count) snapshots of ours on \(machine)")
            }
        }
        if fault.staysUp, before[source]?.started != after[source]?.started {
            violations.append("the workload on \(source) was stopped or started anew")
        }
        return violations
    }

    /// What arrived of an earlier try was held on the target as the base of this one, a user's snapshot too.
    private func isReleased(_ line: String, on machine: String, _ now: MachineView) -> Bool {
        guard fault.isFirstSend, machine == target else { return false }
        guard line.hasPrefix("hold tank/ployz/"), line.hasSuffix("\t1") else { return false }
        return now.foreign.contains(line.dropLast() + "0")
    }

    /// A copy takes snapshots of users along: the same as elsewhere, without their holds.
    private func isCarried(_ line: String, _ before: [String: MachineView]) -> Bool {
        let known = before.values.flatMap(\.foreign)
        guard line.contains(" tank/ployz/"), line.contains("@") else { return false }
        if line.hasPrefix("dataset ") { return known.contains(line) }
        guard line.hasPrefix("hold "), line.hasSuffix("\t0") else { return false }
        return known.contains { $0.hasPrefix(line.dropLast()) }
    }

    private func copies(_ views: [String: MachineView], of volume: String) -> String {
        let texts = FaultStage.machines.compactMap { machine in
            views[machine]?.copies.first { $0.volume == volume }.map { "\(machine) \($0.state)" }
        }
        return texts.joined(separator: ", ")
    }

    /// Ends the clients and reads back every write that was acknowledged.
    private func read(_ probes: [Probe], _ verdict: inout FaultVerdict) async throws {
        for probe in probes {
            // A client whose machine lost power has no report; its ledger is on the host.
            guard let seen = try? await probe.stop() else { continue }
            // Of the client that was placed best: one behind a link that is cut tells of the link.
            verdict.gap = min(verdict.gap ?? .infinity, seen.longestGap / 1000)
        }
        try await stage.waitUntilServed(within: 60)
        let ledger = try await Probe.verify(
            in: lab,
            from: FaultStage.founder,
            at: shop.endpoint,
            ledgers: probes.map(\.ledger)
        )
        verdict.acknowledged = ledger.acknowledged
        verdict.lost = ledger.lost
        if ledger.lost > 0 { verdict.violations.append("\(ledger.lost) acknowledged writes are lost") }
        if ledger.acknowledged == 0 { verdict.violations.append("no write was acknowledged") }
    }
}
