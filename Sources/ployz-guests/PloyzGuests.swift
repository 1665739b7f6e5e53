import Foundation
import LabScenarios

/// Makes the checks that need guests, one after the other, and prints what was seen.
@main
struct PloyzGuests {
    private static let usage = "[CHECK…] [--list] [--smoke] [--keep] [--enter]"

    static func main() async {
        do {
            var arguments = Array(CommandLine.arguments.dropFirst())
            func take(_ option: String) -> Bool {
                let had = arguments.contains(option)
                arguments.removeAll { $0 == option }
                return had
            }
            let (lists, isSmoke, keeps, enters) = (take("--list"), take("--smoke"), take("--keep"), take("--enter"))
            if let option = arguments.first(where: { $0.hasPrefix("-") }) {
                throw ScenarioFailure("no option \(option); \(usage)")
            }
            let checks = try GuestCheck.named(arguments).filter { !isSmoke || $0.isSmoke }
            if lists {
                for check in checks { print("\(check.isSmoke ? "*" : " ") \(check.name)  \(check.claim)") }
                return
            }
            exit(try await run(checks, machines: isSmoke ? 1 : 3, keeps: keeps, enters: enters) ? 0 : 1)
        } catch {
            FileHandle.standardError.write(Data("guests: \(error)\n".utf8))
            exit(2)
        }
    }

    private static func run(_ checks: [GuestCheck], machines: Int, keeps: Bool, enters: Bool) async throws -> Bool {
        let clock = ContinuousClock()
        let name = ProcessInfo.processInfo.environment["PLOYZ_GUESTS_LAB"] ?? "guests"
        let checkout = URL(filePath: FileManager.default.currentDirectoryPath)
        var began = clock.now
        let hall =
            enters
            ? GuestHall.enter(named: name, machines: machines, checkout: checkout)
            : try await GuestHall.open(named: name, machines: machines, checkout: checkout)
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
    private static func tell(_ line: String) {
        print(line)
        fflush(nil)
    }

    private static func seconds(_ duration: Duration) -> String { "\(Int(duration / .seconds(1))) s" }
}
