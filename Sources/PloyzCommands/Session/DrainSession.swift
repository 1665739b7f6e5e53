import ArgumentParser
import PloyzAPI
import PloyzMigration
import PloyzModel
import Synchronization

/// Follows a drain from its order to its end. Leaving it, by Ctrl-C or otherwise, never touches it.
struct DrainSession: Sendable {
    /// How often a daemon that does not answer is asked again, and how long apart: for ten minutes, because a drain
    /// outlives the restart of machines.
    private static let tries = 1200
    private static let pause = Duration.milliseconds(500)

    let service: any OperatorService
    let console: Console
    let context: CommandContext

    /// - Throws: the exit status that the drain asks for, unless that is 0.
    func run(_ request: DrainRequest, detach: Bool) async throws {
        let name = Mutex<DrainID?>(nil)
        try await Interruption.watched(context) {
            let start = try await service.startDrain(request)
            name.withLock { $0 = start.drain.id }
            if start.attached { console.note("it runs already, as it was begun; following it") }
            guard !detach, let id = start.drain.id else { return try console.show(start.drain) }
            let report = try await follow(id, from: start.drain)
            try console.show(report)
            if report.exitStatus != 0 { throw ExitCode(report.exitStatus) }
        } message: {
            Self.interrupted(request, name.withLock { $0 })
        }
    }

    private func follow(_ id: DrainID, from first: DrainReport) async throws -> DrainReport {
        var display = DrainDisplay()
        var last = first
        tell(display.lines(first, console.ink))
        var failures = 0
        while last.state != .ended {
            do {
                for try await report in try await service.watchDrain(id) {
                    if failures > 0 { console.note("the daemon answers again") }
                    failures = 0
                    last = report
                    tell(display.lines(report, console.ink))
                }
            } catch let error as PloyzError where error.code.exitStatus == 5 {
                if failures == 0 { console.note("\(error.message); trying again") }
            }
            // A stream also ends, without an error, when the one who reads it is cancelled.
            try Task.checkCancellation()
            guard last.state != .ended else { break }
            failures += 1
            guard failures <= Self.tries else { throw Self.lost(last) }
            try await context.sleep(Self.pause)
        }
        if console.format == .people { console.write("\n") }
        return last
    }

    private func tell(_ lines: [String]) {
        guard console.format == .people else { return }
        console.write(lines.map { $0 + "\n" }.joined())
    }

    private static func lost(_ report: DrainReport) -> PloyzError {
        PloyzError(
            .outcomeUnknown,
            "the daemon has not answered for ten minutes",
            state: "the drain of \(report.machine) was running, and goes on when its machine does",
            next: "ployzctl migrate ls"
        )
    }

    private static func interrupted(_ request: DrainRequest, _ id: DrainID?) -> PloyzError {
        let again = "ployzctl machine drain \(request.machine) \(request.isReturn ? "--return" : "--migrate")"
        return PloyzError(
            .leftRunning,
            id == nil ? "interrupted before the daemon had answered" : "interrupted",
            state: id.map { "the drain \($0) goes on without this command" }
                ?? "the order may have been taken; if so it goes on",
            next: "\(again) follows it"
        )
    }
}
