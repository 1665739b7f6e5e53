package import PloyzModel
import Synchronization

/// What observers outside the engine saw: every acknowledged write, every start, and whatever broke an invariant.
package final class WorkloadLedger: Sendable {
    private struct State {
        var acknowledged: [InstanceRef: [UInt64]] = [:]
        var volumes: [InstanceRef: Set<VolumeRef>] = [:]
        var nextWrite: UInt64 = 1
        /// The operation whose candidate wrote it at its start; nil when it was no candidate.
        var starts: [UInt64: OperationID?] = [:]
        /// Operations that a machine has said it has discarded.
        var discarded: [String: Set<OperationID>] = [:]
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

    /// Writes to a volume that were acknowledged, in order.
    func acknowledged(to volume: VolumeRef) -> [UInt64] {
        state.withLock { state in
            let writers = state.volumes.filter { $0.value.contains(volume) }.keys
            guard writers.count > 1 else { return writers.first.flatMap { state.acknowledged[$0] } ?? [] }
            return writers.flatMap { state.acknowledged[$0] ?? [] }.sorted()
        }
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

    /// What a container writes by itself when it starts; nobody was told that it is durable.
    func nextStart(of operation: OperationID?) -> VolumeWrite {
        state.withLock { state in
            state.nextWrite += 1
            state.starts[state.nextWrite] = .some(operation)
            return VolumeWrite(number: state.nextWrite, bytes: 64)
        }
    }

    /// Operations whose candidates' own writes are among these.
    func candidates(behind writes: [VolumeWrite]) -> Set<OperationID> {
        state.withLock { state in Set(writes.compactMap { state.starts[$0.number] ?? nil }) }
    }

    func acknowledge(_ write: UInt64, by instance: InstanceRef, to volumes: Set<VolumeRef>, at now: Duration) {
        state.withLock { state in
            state.acknowledged[instance, default: []].append(write)
            state.volumes[instance] = volumes
            if let last = state.lastAnswer[instance] {
                state.longestGap[instance] = max(state.longestGap[instance] ?? .zero, now - last)
            }
            state.lastAnswer[instance] = now
        }
    }

    func discarded(_ operation: OperationID, on machine: String) {
        state.withLock { _ = $0.discarded[machine, default: []].insert(operation) }
    }

    func discarded(on machine: String) -> Set<OperationID> { state.withLock { $0.discarded[machine] ?? [] } }

    package func violation(_ text: String) {
        state.withLock { state in
            if state.violations.count < 20 { state.violations.append(text) }
        }
    }
}
