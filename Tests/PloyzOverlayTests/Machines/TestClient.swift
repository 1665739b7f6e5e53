import Foundation
import PloyzModel

@testable import PloyzOverlay

/// Opens connections at even intervals from inside a namespace, whether or not those before it have been answered
/// (open loop), and notes which server answered which and when.
enum TestClient {
    struct Answer: Hashable, Sendable {
        let begun: ContinuousClock.Instant
        let ended: ContinuousClock.Instant
        /// nil when the connection failed.
        let letter: Character?
    }

    private struct Attempt {
        let descriptor: Int32
        let begun: ContinuousClock.Instant
        var isConnected = false
    }

    /// Begins connections for `duration`, then waits up to 2 s for the last answers.
    static func run(
        in holder: NetworkHolder,
        to address: IPv4Address,
        port: UInt16 = 7000,
        for duration: Duration,
        every interval: Duration = .milliseconds(1)
    ) async throws -> [Answer] {
        try await holder.network.run { run(to: address, port: port, for: duration, every: interval) }
    }

    private static func run(
        to address: IPv4Address,
        port: UInt16,
        for duration: Duration,
        every interval: Duration
    ) -> [Answer] {
        var attempts: [Attempt] = []
        var answers: [Answer] = []
        let clock = ContinuousClock()
        let start = clock.now
        var next = start
        while clock.now < start + duration || (!attempts.isEmpty && clock.now < start + duration + .seconds(2)) {
            while next <= clock.now, next < start + duration {
                attempts.append(begin(to: address, port: port))
                next += interval
            }
            var states = attempts.map {
                pollfd(fd: $0.descriptor, events: Int16($0.isConnected ? POLLIN : POLLOUT), revents: 0)
            }
            poll(&states, UInt(states.count), 1)
            var open: [Attempt] = []
            for (attempt, state) in zip(attempts, states) {
                if state.revents == 0 {
                    open.append(attempt)
                } else if !attempt.isConnected, error(attempt.descriptor) == 0 {
                    open.append(Attempt(descriptor: attempt.descriptor, begun: attempt.begun, isConnected: true))
                } else {
                    answers.append(end(attempt, at: clock.now))
                }
            }
            attempts = open
        }
        for attempt in attempts { answers.append(end(attempt, at: clock.now)) }
        return answers.sorted { $0.begun < $1.begun }
    }

    private static func begin(to address: IPv4Address, port: UInt16) -> Attempt {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_INET, type, 0)
        var peer = sockaddr_in()
        peer.sin_family = sa_family_t(AF_INET)
        peer.sin_port = port.bigEndian
        peer.sin_addr.s_addr = address.bits.bigEndian
        _ = withUnsafePointer(to: &peer) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return Attempt(descriptor: descriptor, begun: .now)
    }

    private static func error(_ descriptor: Int32) -> Int32 {
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
        return error
    }

    private static func end(_ attempt: Attempt, at now: ContinuousClock.Instant) -> Answer {
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = recv(attempt.descriptor, &buffer, buffer.count, 0)
        close(attempt.descriptor)
        let letter = count > 13 ? Character(Unicode.Scalar(buffer[13])) : nil
        return Answer(begun: attempt.begun, ended: now, letter: letter)
    }
}

extension [TestClient.Answer] {
    /// The longest time without an answer while connections were being begun.
    var longestGap: Duration {
        guard let end = last?.begun else { return .zero }
        let times = filter { $0.letter != nil && $0.ended <= end }.map(\.ended).sorted()
        return zip(times, times.dropFirst()).map { $0.duration(to: $1) }.max() ?? .zero
    }

    var failures: Int { filter { $0.letter == nil }.count }

    /// The longest that a connection waited for its answer.
    var slowest: Duration { filter { $0.letter != nil }.map { $0.begun.duration(to: $0.ended) }.max() ?? .zero }

    var summary: String {
        return "\(count) connections, \(failures) failed, longest gap \(Microseconds(longestGap)), "
            + "slowest answer \(Microseconds(slowest))"
    }
}
