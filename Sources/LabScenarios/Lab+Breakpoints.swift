import Foundation

extension Lab {
    /// Lets the daemon of a machine stop itself at a moment, as `Sources/PloyzDaemon/Migrations/Breakpoint.swift` names it.
    func arm(_ moment: String, on machine: String) async throws {
        let script = "rm -f /run/ployz-lab/reached; printf '%s' '\(moment)' >/run/ployz-lab/breakpoint"
        try await run(machine, ["sh", "-c", script]).succeeded()
    }

    func disarm(_ machine: String) async throws {
        try await run(machine, ["rm", "-f", "/run/ployz-lab/breakpoint", "/run/ployz-lab/reached"]).succeeded()
    }

    /// Waits until the daemon has stopped itself at its breakpoint.
    ///
    /// - Throws: ``ScenarioFailure`` when it does not come there within `seconds`.
    func waitUntilStopped(_ machine: String, at moment: String, within seconds: Int = 60) async throws {
        // Programs that the loop starts take the time of an emulated guest from what is waited for.
        let pause = kind == .vm ? 0.3 : 0.02
        let script = """
            until [ -e /run/ployz-lab/reached ]; do sleep \(pause); done
            until grep -q '^State:.T' "/proc/$(pgrep -o -x ployzd)/status" 2>/dev/null; do sleep \(pause); done
            """
        let limit = seconds * kind.patience
        let wait = bounded(seconds, ["sh", "-c", script])
        guard try await run(machine, wait, within: seconds + 10).status == 0 else {
            throw ScenarioFailure("ployzd on \(machine) did not come to '\(moment)' within \(limit) s")
        }
    }
}
