package import PloyzMigration
import PloyzModel
import Synchronization

/// One call of a seam: where, what, on what, and the how-manyth of its kind. Not the order of arrival, which differs
/// between runs of code that works side by side.
package struct SeamCall: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let machine: String
    package let name: String
    package let subject: String
    /// 1 and up.
    package let number: Int

    package init(machine: String, name: String, subject: String, number: Int) {
        self.machine = machine
        self.name = name
        self.subject = subject
        self.number = number
    }

    package var description: String { "\(machine) \(name)\(subject.isEmpty ? "" : " \(subject)") #\(number)" }

    package static func < (left: SeamCall, right: SeamCall) -> Bool { left.description < right.description }
}

package enum Fault: String, Hashable, Sendable, CaseIterable {
    /// Nothing is done and an error comes back.
    case fails
    /// It is done, and an error comes back all the same.
    case answerLost
    /// Nothing is done and nothing comes back.
    case hangs
    /// The daemon that makes the call dies just before it.
    case crashesBefore
    /// The same, just after it.
    case crashesAfter
    /// Just after it, all machines lose their power.
    case powerLoss
}

/// Counts the calls of all seams and lets the chosen ones go wrong.
package final class FaultInjector: Sendable {
    private struct State {
        var counts: [String: Int] = [:]
        var calls: [SeamCall] = []
        var plan: [SeamCall: Fault] = [:]
        var struck: [SeamCall] = []
        /// Machines that no other machine reaches.
        var cutOff: Set<String> = []
        /// Calls with these names fail, whatever their number.
        var broken: Set<String> = []
    }

    private let state = Mutex(State())
    /// Ends when a planned crash strikes.
    private let (crashes, crashing) = AsyncStream.makeStream(of: Void.self)
    private let time: any Timekeeper

    package init(time: any Timekeeper) { self.time = time }

    /// Every call so far, in order.
    package var calls: [SeamCall] { state.withLock { $0.calls } }
    /// Calls that went wrong as planned.
    package var struck: [SeamCall] { state.withLock { $0.struck } }

    package func strike(_ call: SeamCall, with fault: Fault) { state.withLock { $0.plan[call] = fault } }

    /// From now on, every call whose name (and machine, as `m1 store.commit`) is this fails.
    package func breakDown(_ names: Set<String>) { state.withLock { $0.broken = names } }

    package func cutOff(_ machines: Set<String>) { state.withLock { $0.cutOff = machines } }
    package func isCutOff(_ machine: String) -> Bool { state.withLock { $0.cutOff.contains(machine) } }

    /// Counts from zero again, so that the calls of a migration are numbered whatever was done before it.
    package func restart() {
        state.withLock { state in
            state.counts = [:]
            state.calls = []
        }
    }

    /// One call of a seam, that takes `cost` of virtual time.
    package func call<Value: Sendable>(
        _ machine: String,
        _ name: String,
        _ subject: String = "",
        cost: Duration = .milliseconds(1),
        _ body: () async throws -> Value
    ) async throws -> Value {
        let (call, fault) = state.withLock { state -> (SeamCall, Fault?) in
            let number = state.counts["\(machine) \(name) \(subject)", default: 0] + 1
            state.counts["\(machine) \(name) \(subject)"] = number
            let call = SeamCall(machine: machine, name: name, subject: subject, number: number)
            state.calls.append(call)
            let fault = state.broken.contains("\(machine) \(name)") ? .fails : state.plan[call]
            if fault != nil { state.struck.append(call) }
            return (call, fault)
        }
        if fault == .hangs { try await hang(call, .hangs) }
        if fault == .crashesBefore { try await crash(call, .crashesBefore) }
        try await time.sleep(for: cost)
        if fault == .fails { throw Self.error(call, .fails) }
        let value = try await body()
        if fault == .answerLost { throw Self.error(call, .answerLost) }
        if let fault, [.crashesAfter, .powerLoss].contains(fault) { try await crash(call, fault) }
        return value
    }

    /// Returns when a planned crash strikes; whoever plays the daemon then cancels its task.
    package func crash() async throws {
        for await _ in crashes {}
        try Task.checkCancellation()
    }

    private func crash(_ call: SeamCall, _ fault: Fault) async throws {
        crashing.finish()
        try await hang(call, fault)
    }

    private func hang(_ call: SeamCall, _ fault: Fault) async throws {
        try await time.sleep(for: .seconds(3600))
        throw Self.error(call, fault)
    }

    private static func error(_ call: SeamCall, _ fault: Fault) -> PloyzError {
        // A store that says "unreachable" promises that nothing was written; a lost answer promises nothing.
        let isCommit = call.name == "store.commit"
        let code: ErrorCode = isCommit ? fault == .fails ? .storeUnreachable : .storeOutcomeUnknown : .failed
        return PloyzError(code, "injected: \(call) \(fault.rawValue)")
    }
}
