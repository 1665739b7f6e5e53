import ArgumentParser
import Foundation
import LabScenarios

/// Makes the checks that need guests, one after the other, and prints what was seen.
@main
struct PloyzGuests: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guests",
        abstract: "Checks what needs a kernel of its own, in QEMU guests."
    )

    @Argument(help: "Names of checks; all unless given.")
    var names: [String] = []

    @Flag(name: .customLong("list"), help: "Say what there is.")
    var lists = false

    @Flag(name: .customLong("smoke"), help: "Only those that one guest is enough for.")
    var isSmoke = false

    @Flag(name: .customLong("keep"), help: "Leave the guests up.")
    var keeps = false

    @Flag(name: .customLong("enter"), help: "Use the guests that an earlier run has kept.")
    var enters = false

    func run() async throws {
        let checks: [GuestCheck]
        do {
            checks = try GuestCheck.named(names).filter { !isSmoke || $0.isSmoke }
        } catch {
            throw ValidationError("\(error)")
        }
        guard !lists else {
            for check in checks { print("\(check.isSmoke ? "*" : " ") \(check.name)  \(check.claim)") }
            return
        }
        guard try await play(checks) else { throw ExitCode.failure }
    }

    private func play(_ checks: [GuestCheck]) async throws -> Bool {
        let clock = ContinuousClock()
        let machines = isSmoke ? 1 : 3
        let name = Lab.name(in: "PLOYZ_GUESTS_LAB", otherwise: "guests")
        var began = clock.now
        let hall =
            enters
            ? GuestHall.enter(named: name, machines: machines, checkout: Lab.checkout)
            : try await GuestHall.open(named: name, machines: machines, checkout: Lab.checkout)
        tell("\(machines) guests are \(enters ? "there" : "up after \(seconds(clock.now - began))")")
        var failed = 0
        for check in checks {
            began = clock.now
            do {
                let lines = try await check.run(in: hall)
                tell("passed  \(check.name)  \(seconds(clock.now - began))  \(check.claim)")
                for line in lines { tell("          \(line)") }
            } catch {
                failed += 1
                tell("FAILED  \(check.name)  \(seconds(clock.now - began))  \(check.claim)\n\(error)")
                try? await hall.lab.saveLogs(of: hall.machines, as: check.name)
            }
        }
        if !keeps { try await hall.lab.down() }
        print("\n\(checks.count - failed) passed, \(failed) failed, 0 skipped")
        return failed == 0
    }

    /// A line that is seen at once, also by a pipe.
    private func tell(_ line: String) {
        print(line)
        fflush(nil)
    }

    private func seconds(_ duration: Duration) -> String { "\(Int(duration / .seconds(1))) s" }
}
