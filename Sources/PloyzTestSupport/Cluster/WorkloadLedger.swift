package import PloyzModel
import Synchronization

/// What observers outside the engine saw: every acknowledged write, and every moment with two live containers.
package final class WorkloadLedger: Sendable {
    private struct State {
        var acknowledged: [InstanceRef: [UInt64]] = [:]
        var nextWrite: UInt64 = 1
        var violations: [String] = []
        var lastAnswer: [InstanceRef: Duration] = [:]
        var longestGap: [InstanceRef: Duration] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    package var violations: [String] { state.withLock { $0.violations } }

    package func acknowledged(by instance: InstanceRef) -> [UInt64] {
        state.withLock { $0.acknowledged[instance] ?? [] }
    }

    /// The longest time between two writes that were acknowledged.
    package func longestGap(of instance: InstanceRef) -> Duration {
        state.withLock { $0.longestGap[instance] ?? .zero }
    }

    package func forgetGaps() { state.withLock { $0.longestGap = [:] } }

    func nextWrite() -> UInt64 {
        state.withLock { state in
            state.nextWrite += 1
            return state.nextWrite
        }
    }

    func acknowledge(_ write: UInt64, by instance: InstanceRef, at now: Duration) {
        state.withLock { state in
            state.acknowledged[instance, default: []].append(write)
            if let last = state.lastAnswer[instance] {
                state.longestGap[instance] = max(state.longestGap[instance] ?? .zero, now - last)
            }
            state.lastAnswer[instance] = now
        }
    }

    func violation(_ text: String) {
        state.withLock { state in
            if state.violations.count < 100 { state.violations.append(text) }
        }
    }
}
