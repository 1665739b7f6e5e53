import CLinux
import Glibc
import Posix

/// An open loop: connections begin at a fixed rate whether or not those before them are answered. Only such clients fill a
/// queue: those of a closed loop stop asking when nobody answers.
package struct FloodProbe {
    private let settings: ProbeSettings
    private let rate: Int

    /// - Parameter rate: connections a second.
    package init(settings: ProbeSettings, rate: Int) {
        self.settings = settings
        self.rate = rate
    }

    private static let batch = 32
    private static let events = 256

    private struct Attempt {
        let began: UInt64
        var isOpen = false
    }

    /// Runs for its time, or until it is told to stop, and then waits for what is under way.
    package func run() throws -> ProbeSummary {
        let stop = StopSignal()
        var summary = ProbeSummary(
            identifier: settings.identifier,
            to: "\(settings.endpoint)",
            started: Timestamp.text(wall: Clock.wall())
        )
        let queue = try PosixError.check(epoll_create1(Int32(EPOLL_CLOEXEC)), "epoll_create1", on: "")
        defer { close(queue) }
        var attempts: [Int32: Attempt] = [:]
        let start = Clock.monotonic()
        let end = settings.duration.map { start + UInt64($0 * 1e9) }
        let interval = 1_000_000_000 / UInt64(rate)
        var next = start
        var isStopped = false
        var lastLook = start
        while !isStopped || !attempts.isEmpty {
            let now = Clock.monotonic()
            if !isStopped { isStopped = end.map { now >= $0 } ?? false || stop.wait(until: 0) }
            // Not all that are due at once: what is ready must not wait for what is late, or it would seem unanswered.
            var begun = 0
            while !isStopped, next <= now, begun < Self.batch {
                begin(in: queue, &attempts, &summary)
                next += interval
                begun += 1
            }
            if now - lastLook > 100_000_000 {
                lastLook = now
                giveUp(before: now, &attempts, &summary)
            }
            var isIdle = begun < Self.batch
            while try look(in: queue, &attempts, &summary, waiting: isIdle) == Self.events { isIdle = false }
        }
        summary.ended = Timestamp.text(wall: Clock.wall())
        return summary
    }

    private func begin(in queue: Int32, _ attempts: inout [Int32: Attempt], _ summary: inout ProbeSummary) {
        summary.attempts += 1
        let flags = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let file = socket(settings.endpoint.family, flags, 0)
        guard file >= 0 else { return summary.count(.connect(errno)) }
        // Ends with a reset: what has been answered needs no farewell of four packets, nor a port for another minute.
        var abrupt = linger(l_onoff: 1, l_linger: 0)
        setsockopt(file, SOL_SOCKET, SO_LINGER, &abrupt, socklen_t(MemoryLayout<linger>.size))
        let status = settings.endpoint.withAddress { connect(file, $0, $1) }
        guard status == 0 || errno == EINPROGRESS else {
            summary.count(.connect(errno))
            close(file)
            return
        }
        attempts[file] = Attempt(began: Clock.monotonic())
        var event = epoll_event(events: EPOLLOUT.rawValue, data: epoll_data_t(fd: file))
        epoll_ctl(queue, EPOLL_CTL_ADD, file, &event)
    }

    /// - Returns: how many connections were ready.
    private func look(
        in queue: Int32,
        _ attempts: inout [Int32: Attempt],
        _ summary: inout ProbeSummary,
        waiting: Bool
    ) throws -> Int {
        var events = [epoll_event](repeating: epoll_event(), count: Self.events)
        let count = epoll_wait(queue, &events, Int32(Self.events), waiting ? 1 : 0)
        for event in events.prefix(Int(max(0, count))) {
            let file = event.data.fd
            guard let attempt = attempts[file] else { continue }
            do {
                guard try step(file, attempt, in: queue) else {
                    attempts[file]?.isOpen = true
                    continue
                }
                summary.acknowledged += 1
                summary.waited(Milliseconds.rounded(Clock.monotonic() - attempt.began), isAcknowledged: true)
            } catch let failure as ProbeFailure {
                summary.count(failure)
            }
            close(file)
            attempts[file] = nil
        }
        return Int(max(0, count))
    }

    /// - Returns: whether the connection has done its work.
    private func step(_ file: Int32, _ attempt: Attempt, in queue: Int32) throws -> Bool {
        if attempt.isOpen {
            var buffer = [UInt8](repeating: 0, count: 64)
            let count = recv(file, &buffer, buffer.count, 0)
            if count < 0 { throw ProbeFailure.request(errno) }
            guard count >= 7 else { throw ProbeFailure.closed }
            return true
        }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(file, SOL_SOCKET, SO_ERROR, &code, &size)
        guard code == 0 else { throw ProbeFailure.connect(code) }
        let ping = RedisProtocol.encode(["PING"])
        guard send(file, ping, ping.count, Int32(MSG_NOSIGNAL)) == ping.count else { throw ProbeFailure.request(errno) }
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(fd: file))
        epoll_ctl(queue, EPOLL_CTL_MOD, file, &event)
        return false
    }

    private func giveUp(before now: UInt64, _ attempts: inout [Int32: Attempt], _ summary: inout ProbeSummary) {
        for (file, attempt) in attempts {
            let limit = attempt.isOpen ? settings.timeout : settings.connectTimeout
            guard now > attempt.began + UInt64(limit) * 1_000_000 else { continue }
            summary.count(attempt.isOpen ? .request(ETIMEDOUT) : .connect(ETIMEDOUT))
            close(file)
            attempts[file] = nil
        }
    }
}
