import Synchronization

/// What happened, a line each, for whoever replays a schedule. Keeps nothing unless it is on.
package final class Trace: Sendable {
    private let kept = Mutex<(isOn: Bool, lines: [String])>((false, []))
    private let time: VirtualTimekeeper

    init(time: VirtualTimekeeper) { self.time = time }

    package var isOn: Bool { kept.withLock { $0.isOn } }
    package var lines: [String] { kept.withLock { $0.lines } }

    package func turnOn() { kept.withLock { $0.isOn = true } }

    func note(_ text: @autoclosure () -> String) {
        guard isOn else { return }
        let (seconds, attoseconds) = time.now.components
        let microseconds = attoseconds / 1_000_000_000_000
        let stamp = "\(seconds).\(String(1_000_000 + microseconds).dropFirst())"
        let line = "\(String(repeating: " ", count: max(0, 12 - stamp.count)))\(stamp)  \(text())"
        kept.withLock { $0.lines.append(line) }
    }
}
