import PloyzMigration
import PloyzModel
import Synchronization

/// Counts the calls of all seams and lets the chosen ones go wrong.
///
/// What is done late is done by nobody: by the network, the store, Docker or ZFS. What one machine does to one dataset
/// or one container it does in the order in which it was told, so a later command waits for a late one: Docker locks a
/// container, and the commands of ZFS that matter here hold the lock of the dataset.
package final class FaultInjector: Sendable {
    private struct State {
        var counts: [String: Int] = [:]
        var calls: [SeamCall] = []
        var plan: [SeamCall: Fault] = [:]
        var struck: [SeamCall] = []
        /// Machines that no other machine reaches, until they are let in again.
        var cutOff: Set<String> = []
        /// Calls with these names fail, whatever their number.
        var broken: Set<String> = []
        /// Operations in the order in which they were first seen: their numbers in subjects.
        var operations: [String: Int] = [:]
        /// When what was told late to a dataset or a container is done.
        var busyUntil: [String: Duration] = [:]
        /// Late effects that have not come yet.
        var late = 0
        /// Owns this injector.
        weak var world: (any FaultyWorld)?
    }

    /// Whether a call is made at last that nobody waits for any more.
    @TaskLocal static var isLate = false
    /// Whether the stream that is sent arrives as another.
    @TaskLocal static var isGarbled = false

    private let state = Mutex(State())
    private let time: VirtualTimekeeper
    package let trace: Trace

    package init(time: VirtualTimekeeper) {
        self.time = time
        trace = Trace(time: time)
    }

    /// Every call so far, in order.
    package var calls: [SeamCall] { state.withLock { $0.calls } }
    /// Calls that went wrong as planned.
    package var struck: [SeamCall] { state.withLock { $0.struck } }
    /// Whether something is still to be done late.
    var isQuiet: Bool { state.withLock { $0.late == 0 } }

    package func strike(_ call: SeamCall, with fault: Fault) { state.withLock { $0.plan[call] = fault } }

    /// From now on, every call whose name (and machine, as `m1 store.commit`) is this fails.
    package func breakDown(_ names: Set<String>) { state.withLock { $0.broken = names } }

    package func cutOff(_ machines: Set<String>) { state.withLock { $0.cutOff = machines } }
    package func isCutOff(_ machine: String) -> Bool { state.withLock { $0.cutOff.contains(machine) } }

    func rule(_ world: any FaultyWorld) { state.withLock { $0.world = world } }
    private var world: (any FaultyWorld)? { state.withLock { $0.world } }

    /// Counts from zero again, so that the calls of a migration are numbered whatever was done before it.
    package func restart() {
        state.withLock { state in
            state.counts = [:]
            state.calls = []
            state.operations = [:]
        }
    }

    /// A store's key as the subject of a call: identifiers, which say nothing, become numbers.
    func subject(of key: String) -> String {
        let short = key.hasPrefix(StoreKey.root.text) ? String(key.dropFirst(StoreKey.root.text.count)) : key
        guard let slash = short.lastIndex(of: "/"), short[short.index(after: slash)...].hasPrefix("op-") else {
            return short
        }
        let operation = String(short[short.index(after: slash)...])
        let number = state.withLock { state in
            let number = state.operations[operation] ?? state.operations.count + 1
            state.operations[operation] = number
            return number
        }
        return "\(short[...slash])op\(number)"
    }

    /// One call of a seam, that takes `cost` of virtual time.
    ///
    /// - Parameters:
    ///   - order: what is done to this, on one machine, is done in the order in which it was told.
    ///   - host: that machine; nil for the one that calls.
    package func call<Value: Sendable>(
        _ machine: String,
        _ name: String,
        _ subject: String = "",
        cost: Duration = .milliseconds(1),
        order: String? = nil,
        on host: String? = nil,
        _ body: @Sendable @escaping () async throws -> Value
    ) async throws -> Value {
        try await mayGoOn()
        let (call, fault) = register(machine, name, subject)
        if trace.isOn { trace.note("\(call)\(fault.map { " *** \($0.rawValue)" } ?? "")") }
        if let fault { try await before(fault, at: call) }
        let key = order.map { "\(host ?? machine) \($0)" }
        switch fault {
        case .hangs: try await hang(call, .hangs)
        case .late, .veryLate:
            doLate(call, after: fault == .late ? .seconds(3) : .seconds(400), key, body)
            throw Self.error(call, fault)
        case .lateAfterDeadline:
            do {
                try await hang(call, .lateAfterDeadline)
            } catch {
                doLate(call, after: .seconds(3), key, body)
                throw error
            }
        case .diesMeanwhile:
            doLate(call, after: .seconds(3), key, body)
            world?.die(machine)
            try await mayGoOn()
        default: break
        }
        try await time.sleep(for: cost)
        if let key { try await waitForTurn(key) }
        if call.isOfStore { try await reachStore(from: machine) }
        try await mayGoOn()
        if fault == .fails || fault == .refuses { throw Self.error(call, fault) }
        let value = fault == .garbled ? try await Self.$isGarbled.withValue(true, operation: body) : try await body()
        world?.look(after: call)
        if let fault { try await after(fault, at: call) }
        try await mayGoOn()
        if call.isOfStore { try await reachStore(from: machine) }
        if fault == .answerLost { throw Self.error(call, fault) }
        return value
    }

    private func register(_ machine: String, _ name: String, _ subject: String) -> (SeamCall, Fault?) {
        let activity = SimulatedDaemon.current?.activity ?? ""
        return state.withLock { state in
            let kind = "\(machine)/\(activity) \(name) \(subject)"
            let number = state.counts[kind, default: 0] + 1
            state.counts[kind] = number
            let call = SeamCall(machine: machine, activity: activity, name: name, subject: subject, number: number)
            state.calls.append(call)
            let fault = state.broken.contains("\(machine) \(name)") ? .fails : state.plan[call]
            if fault != nil { state.struck.append(call) }
            return (call, fault)
        }
    }

    /// Throws when the daemon that calls is dead; returns when its machine is not paused.
    private func mayGoOn() async throws {
        guard let place = SimulatedDaemon.current else { return }
        while true {
            guard !place.daemon.isDead else { throw CancellationError() }
            guard let wait = world?.pause(of: place.daemon.machine), wait > .zero else { return }
            try await time.sleep(for: wait)
        }
    }

    private func reachStore(from machine: String) async throws {
        while let wait = world?.storeAway(from: machine), wait > .zero { try await time.sleep(for: wait) }
    }

    private func waitForTurn(_ key: String) async throws {
        while let until = state.withLock({ $0.busyUntil[key] }), until > time.now {
            try await time.sleep(for: until - time.now)
        }
    }

    /// Forgets what a machine had been told when it lost its power.
    func forgetOrders(of machine: String) {
        state.withLock { state in
            state.busyUntil = state.busyUntil.filter { !$0.key.hasPrefix("\(machine) ") }
        }
    }

    private func doLate<Value: Sendable>(
        _ call: SeamCall,
        after delay: Duration,
        _ key: String?,
        _ body: @Sendable @escaping () async throws -> Value
    ) {
        let boot = call.kind == .command ? world?.boot(of: call.machine) : nil
        state.withLock { state in
            state.late += 1
            if let key { state.busyUntil[key] = max(state.busyUntil[key] ?? .zero, time.now + delay) }
        }
        time.spawn { [self] in
            try? await time.sleep(for: delay)
            // A command dies with its machine's power; what is on its way through the network does not.
            if boot == nil || boot == world?.boot(of: call.machine) {
                if trace.isOn { trace.note("    \(call) is done late") }
                // What comes to a machine without power is lost.
                _ = try? await time.within(.seconds(300), "what is late") {
                    try await Self.$isLate.withValue(true) { try await body() }
                }
                world?.look(after: call)
            }
            state.withLock { $0.late -= 1 }
        }
    }

    private func before(_ fault: Fault, at call: SeamCall) async throws {
        guard let world else { return }
        switch fault {
        case .sourceDiesBefore: world.die("m1")
        case .targetDiesBefore: world.die("m2")
        case .bothDieBefore:
            world.die("m1")
            world.die("m2")
        case .sourcePauses: world.pause("m1")
        case .targetPauses: world.pause("m2")
        case .partition: world.part("m1", "m2")
        case .sourceCutOff: world.isolate("m1")
        case .targetCutOff: world.isolate("m2")
        case .storeAway: world.hideStore()
        default: return
        }
        try await mayGoOn()
    }

    private func after(_ fault: Fault, at call: SeamCall) async throws {
        guard let world else { return }
        switch fault {
        case .sourceDiesAfter: world.die("m1")
        case .targetDiesAfter: world.die("m2")
        case .bothDieAfter:
            world.die("m1")
            world.die("m2")
        case .sourceLosesPower: world.losePower("m1")
        case .targetLosesPower: world.losePower("m2")
        case .bothLosePower:
            world.losePower("m1")
            world.losePower("m2")
        default: return
        }
    }

    private func hang(_ call: SeamCall, _ fault: Fault) async throws {
        try await time.sleep(for: .seconds(3600))
        throw Self.error(call, fault)
    }

    private static func error(_ call: SeamCall, _ fault: Fault?) -> PloyzError {
        // A store that says "unreachable" promises that nothing was written; a lost answer promises nothing.
        let code: ErrorCode =
            switch (call.name, fault) {
            case ("store.commit", .fails): .storeUnreachable
            case ("store.commit", .refuses): .storeRefused
            case ("store.commit", _): .storeOutcomeUnknown
            case ("store.get", _), ("store.list", _): .storeUnreachable
            default: call.kind == .message ? .peerUnreachable : .failed
            }
        return PloyzError(code, "injected: \(call) \(fault?.rawValue ?? "")")
    }
}

/// What faults do to whole machines, and whoever looks at the world after every change of it.
protocol FaultyWorld: AnyObject, Sendable {
    /// The machine's daemon dies; it starts again after a second.
    func die(_ machine: String)
    /// Everything on the machine stops; it boots again after a while.
    func losePower(_ machine: String)
    func pause(_ machine: String)
    func part(_ one: String, _ other: String)
    func isolate(_ machine: String)
    func hideStore()

    /// How long the machine still stands still.
    func pause(of machine: String) -> Duration
    /// How long the machine does not reach the store.
    func storeAway(from machine: String) -> Duration
    /// Grows with each start of the machine.
    func boot(of machine: String) -> Int
    func look(after call: SeamCall)
}
