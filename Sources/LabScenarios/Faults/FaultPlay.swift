import Foundation
import PloyzAPI
import PloyzMigration
import PloyzModel

/// One case on the stage: who has which part, and how deeds are done.
package struct FaultPlay: Sendable {
    package let stage: FaultStage
    let fault: FaultCase
    package let source: String
    package let target: String

    private var lab: Lab { stage.lab }

    func machines(_ role: Role) -> [String] {
        switch role {
        case .source: [source]
        case .target: [target]
        case .founder: [FaultStage.founder]
        case .everyone: FaultStage.machines
        }
    }

    func perform(_ deeds: [Deed]) async throws {
        for deed in deeds { try await perform(deed) }
    }

    private func perform(_ deed: Deed) async throws {
        switch deed {
        case .kill(let role, let process): try await each(role) { ["kill", $0, process] }
        case .start(let role, let daemon): try await each(role) { ["start", $0, daemon] }
        case .halt(let role, let process): try await each(role) { ["kill", $0, process, "--signal", "STOP"] }
        case .resume(let role, let process): try await each(role) { ["kill", $0, process, "--signal", "CONT"] }
        case .goOn: try await each(fault.moment?.role ?? .source) { ["kill", $0, "ployzd", "--signal", "CONT"] }
        case .reset(let role):
            try await each(role) { ["reset", $0] }
            for machine in machines(role) { try await Strangers.plant(stage.shop, on: machine) }
        case .cut(let one, let other): try await each(one) { ["cut", $0, machines(other)[0]] }
        case .isolate(let role): try await each(role) { ["cut", $0] }
        case .lose(let thousandths): try await lab(["loss", source, target, "--thousandths", "\(thousandths)"])
        case .limit(let megabits): try await lab(["rate", target, "--megabits", "\(megabits)"])
        case .sever(let role, let port): try await each(role) { ["sever", $0, "\(port)"] }
        case .freeze(let role): try await each(role) { ["freeze", $0] }
        case .thaw(let role): try await each(role) { ["thaw", $0] }
        case .fill(let role, let left): try await each(role) { ["fill", $0, "--leave", "\(left)"] }
        case .heal: try await lab(["heal"])
        case .run(let role, let script):
            for machine in machines(role) { try await lab.run(machine, ["sh", "-c", script]).succeeded() }
        case .write(let mebibytes):
            let file = "/var/lib/ployz/volumes/shop/blob/data/fresh"
            let dd = "dd if=/dev/urandom of=\(file) bs=1M count=\(mebibytes) conv=fsync 2>&1"
            try await lab.run(source, ["sh", "-c", dd]).succeeded()
        case .last(let seconds): try await Task.sleep(for: .seconds(seconds))
        case .await(let role): try await stage.waitUntilServed(on: machines(role)[0], within: 60)
        case .awaitOutcome: try await waitForOutcome()
        case .other(_, let body): try await body(self)
        }
    }

    private func each(_ role: Role, _ command: (String) -> [String]) async throws {
        for machine in machines(role) { try await lab(command(machine)) }
    }

    private func lab(_ command: [String]) async throws { try await lab.command(command, within: 240).succeeded() }

    // MARK: The migration

    /// The breakpoint's name, with the percent of a stream counted in bytes.
    func breakpoint(_ moment: Moment) async throws -> String {
        switch moment.name {
        case .named(let name): return name
        case .sent(let percent):
            let bytes = (fault.isFirstSend ? FaultStage.ballast : fault.fresh) << 20
            // Every mebibyte is acknowledged, and the last part of one together with the end.
            guard bytes > 4 << 20 else { throw ScenarioFailure("\(bytes) bytes are no stream to strike") }
            return "progress \(min(bytes / 100 * percent, bytes - (3 << 19)))"
        }
    }

    /// Waits until the newest operation has an outcome in the store.
    private func waitForOutcome() async throws {
        try await lab.wait(for: "the migration's outcome", within: 120) {
            let newest = try await stage.migrations()?.first { $0.to.name.text == target }
            return newest?.outcome != nil && newest?.outcome != .unknown
        }
    }

    /// So that the target has a copy, and both copies have a stranger's snapshot of one name.
    func moveThereAndBack() async throws {
        for machine in [target, source] {
            try await lab.move(stage.shop.service, to: machine)
            try await Strangers.plantSnapshots(stage.shop, on: machine)
        }
    }

    /// The last migration to the target sent less than `limit` bytes.
    func expectSent(below limit: UInt64) async throws {
        guard let newest = try await stage.migrations()?.first, newest.bytes.bytes < limit else {
            throw ScenarioFailure("the last migration sent more than \(limit) bytes")
        }
    }

    /// Gives the same command on source and target, and returns before it is answered.
    func applyElsewhere() async throws {
        for machine in [source, target] {
            let apply = "ployzctl migrate apply \(stage.shop.service) --to \(target) --detach --json"
            let script =
                "rm -f /tmp/again; setsid --fork sh -c '\(apply) >/tmp/again.new 2>&1; mv /tmp/again.new /tmp/again'"
            try await lab.run(machine, ["sh", "-c", script + " </dev/null >/dev/null 2>&1"]).succeeded()
        }
    }

    /// What ``applyElsewhere()`` was answered names the newest operation.
    func expectOneMigration() async throws {
        guard let newest = try await stage.migrations()?.first else { throw ScenarioFailure("there is no migration") }
        for machine in [source, target] {
            let read = ["timeout", "30", "sh", "-c", "until [ -e /tmp/again ]; do sleep 0.1; done; cat /tmp/again"]
            let start = try DocumentForm.decode(MigrationStart.self, from: await lab.run(machine, read).output)
            guard start.operation == newest.operation, start.outcome == .attached else {
                throw ScenarioFailure("\(machine) was answered \(start), and the migration is \(newest.operation)")
            }
        }
    }

    /// Gives the command and returns what became of it, when it ends.
    func apply() async throws -> ProgramResult {
        let command = ["ployzctl", "migrate", "apply", stage.shop.service, "--to", target, "--json"] + fault.options
        return try await lab.run(FaultStage.founder, lab.bounded(200, command))
    }

    /// Waits until the operation that is not among `known` has ended, everywhere: in the store, and in every journal.
    ///
    /// - Returns: its row; nil when nothing of it came into the store.
    func waitUntilEnded(beside known: Set<OperationID>, within seconds: Int = 150) async throws -> MigrationSummary? {
        var row: MigrationSummary?
        try await lab.wait(for: "the migration to end", within: seconds) {
            guard let rows = try await stage.migrations() else { return false }
            row = rows.first { !known.contains($0.operation) }
            guard row?.hasEnded ?? true else { return false }
            for machine in FaultStage.machines {
                let journal = try await lab.run(machine, lab.bounded(5, ["ls", "/var/lib/ployz/journal"]))
                guard journal.status == 0, journal.text.isEmpty else { return false }
            }
            return true
        }
        return row
    }
}
