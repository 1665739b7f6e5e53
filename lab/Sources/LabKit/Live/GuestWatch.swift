import Glibc
import Posix

/// Watches guests: in each, a program of the lab looks at its own machine and reports; a guest that is down has nothing.
package struct GuestWatch: LiveWatch {
    private let machines: [GuestMachine]
    private let arguments: [String]
    private var reporters: [String: Reporter] = [:]
    private var merger: SightMerger
    private var tried: [String: UInt64] = [:]
    private var isFirst = true

    /// What a guest that speaks says at least so often, in nanoseconds; one that is silent for five times as long
    /// stands still.
    private static let beat: UInt64 = 200_000_000

    /// - Parameters:
    ///   - container: its workload container's name.
    ///   - instance: the last word of its link's alias.
    ///   - interval: milliseconds between two looks.
    package init(_ lab: Lab, container: String, instance: String, interval: UInt32) throws {
        // A guest that loses its power takes its end of the questions with it; that must not end the watch.
        signal(SIGPIPE, SIG_IGN)
        machines = try lab.requireRecord().machines.map { GuestMachine(paths: lab.paths, name: $0) }
        arguments = [LiveReport.subcommand, container, instance, "--interval-ms", "\(interval)"]
        merger = SightMerger(machines: machines.map { "\($0.name)" })
    }

    package mutating func changes() throws -> [LiveSight] {
        for machine in machines { try listen(to: machine) }
        usleep(5000)
        return merger.settle(now: Clock.monotonic())
    }

    private mutating func listen(to machine: GuestMachine) throws {
        let name = "\(machine.name)"
        let now = Clock.monotonic()
        guard var reporter = reporters[name] else {
            guard now > (tried[name] ?? 0) + 1_000_000_000 else { return }
            tried[name] = now
            guard let shell = try machine.shellIfRunning() as? GuestShell else { return }
            reporters[name] = try Reporter(shell.command([ToolsDisk.lab] + arguments).arguments)
            return
        }
        for line in reporter.lines(now: now) { read(line, from: name, &reporter, now: now) }
        if now > reporter.heard + 5 * Self.beat { merger.miss(name) }
        reporters[name] = reporter
        guard reporter.hasEnded else { return }
        reporters[name] = nil
        // A connection that ended may be all that is lost; a machine that is down is another matter.
        if try GuestRecord.read(machine.paths, machine.name) == nil {
            merger.add(.init(machine: name, state: .absent, moment: now, error: 0))
        }
        merger.miss(name)
    }

    private mutating func read(_ line: Substring, from name: String, _ reporter: inout Reporter, now: UInt64) {
        let words = line.split(separator: " ")
        guard words.count == 2, let guest = UInt64(words[1]) else { return }
        reporter.heard = now
        if words[0] == LiveReport.answer { return reporter.compare(guest: guest, answered: now) }
        guard let state = LiveState(rawValue: String(words[0])), let moment = reporter.clock.host(guest) else { return }
        if reporter.state != state {
            merger.add(.init(machine: name, state: state, moment: moment, error: reporter.clock.error))
            reporter.state = state
        }
        merger.hear(name, at: moment)
    }
}

/// The program in a guest, seen from the host.
private struct Reporter {
    private let child: ChildProcess
    private let input: Int32
    private let output: Int32
    private var rest: [UInt8] = []
    private var asked: UInt64 = 0
    private var isWaiting = false
    var clock = ClockComparison()
    var state: LiveState?
    var heard = Clock.monotonic()
    var hasEnded = false

    init(_ arguments: [String]) throws {
        var down: [Int32] = [0, 0]
        var up: [Int32] = [0, 0]
        try PosixError.check(pipe(&down), "pipe", on: arguments[0])
        try PosixError.check(pipe(&up), "pipe", on: arguments[0])
        for end in down + up { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let log = open("/dev/null", O_WRONLY | O_CLOEXEC)
        child = try ChildProcess.spawn(arguments, streams: .init(input: down[0], output: up[1], error: log))
        for end in [down[0], up[1], log] { close(end) }
        input = down[1]
        output = up[0]
        _ = fcntl(output, F_SETFL, O_NONBLOCK)
    }

    /// Asks for the time now and then, and returns the lines that came.
    mutating func lines(now: UInt64) -> [Substring] {
        if now > asked + 500_000_000 && !isWaiting {
            let question = [UInt8(ascii: "\n")]
            asked = Clock.monotonic()
            isWaiting = write(input, question, 1) == 1
        }
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(output, &buffer, buffer.count)
            if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR {
                finish()
                break
            }
            guard count > 0 else { break }
            rest += buffer[..<count]
        }
        guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        let text = String(decoding: rest[..<end], as: UTF8.self)
        rest.removeSubrange(...end)
        return text.split(separator: "\n")
    }

    mutating func compare(guest: UInt64, answered: UInt64) {
        guard isWaiting else { return }
        isWaiting = false
        clock.add(asked: asked, answered: Clock.monotonic(), guest: guest)
    }

    private mutating func finish() {
        hasEnded = true
        close(input)
        close(output)
        kill(child.pid, SIGKILL)
        _ = waitpid(child.pid, nil, 0)
    }
}
