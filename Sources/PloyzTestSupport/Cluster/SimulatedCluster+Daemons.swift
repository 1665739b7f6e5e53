import PloyzMigration
import PloyzModel
import Synchronization

/// The cluster's daemons: what runs by itself on each machine, and how it ends and begins again.
extension SimulatedCluster {
    /// How often a daemon looks after what migrations left.
    private static let tendInterval = Duration.seconds(5)
    /// How often a daemon looks after its workloads; the real one is also told of every change.
    private static let keepLimit = Duration.seconds(60)
    private static let keepInterval = Duration.seconds(4)

    package func startDaemons() {
        for machine in machines { boot(machine) }
    }

    /// Ends every daemon for good.
    package func stopDaemons() {
        for machine in machines { machine.forgetDaemon() }
    }

    private func boot(_ machine: SimulatedMachine) {
        machine.restartAgent()
        let daemon = SimulatedDaemon(
            machine: machine.name,
            agent: machine.agent,
            engine: engine(on: machine),
            time: time
        )
        machine.begin(daemon)
        faults.trace.note("\(machine.name): the daemon starts")
        daemon.spawn("boot") { [weak self, time] in
            // Nothing is started here before the claims are made.
            while !daemon.isDead {
                do {
                    try await daemon.engine.restoreClaims()
                    try await daemon.agent.restoreClaims()
                    break
                } catch {
                    try? await time.sleep(for: .seconds(1))
                }
            }
            daemon.spawn("tend") {
                while !daemon.isDead {
                    await Self.takeUpUnfinished(daemon)
                    await daemon.agent.tend()
                    try? await time.sleep(for: Self.tendInterval)
                }
            }
            daemon.spawn("keep") { [weak self] in
                var known: KeptPicture?
                while !daemon.isDead {
                    daemon.keeps.withLock { $0 = false }
                    known = await self?.keep(machine, known: known)
                    daemon.keeps.withLock { $0 = known != nil }
                    try? await time.sleep(for: Self.keepInterval)
                }
            }
        }
    }

    /// One round of the keeper of workloads. It gives up what does not end, as the real one's calls do.
    private func keep(_ machine: SimulatedMachine, known: KeptPicture?) async -> KeptPicture? {
        // Both optionals say the same: it has not come to an end with all being well.
        let picture = try? await time.within(Self.keepLimit, "keeping workloads") {
            try await machine.keepRunning(known: known)
        }
        return picture ?? nil
    }

    private static func takeUpUnfinished(_ daemon: SimulatedDaemon) async {
        guard let operations = try? await daemon.engine.unfinished() else { return }
        for operation in operations {
            let signal = CancelSignal()
            let isFree = daemon.signals.withLock { signals in
                guard signals[operation] == nil else { return false }
                signals[operation] = signal
                return true
            }
            guard isFree else { continue }
            daemon.spawn("resume") {
                _ = try? await daemon.engine.resume(operation, cancelSignal: signal) { _ in }
                daemon.signals.withLock { _ = $0.removeValue(forKey: operation) }
            }
        }
    }
}

extension SimulatedCluster: FaultyWorld {
    /// A daemon's unit restarts at once; a machine takes a while.
    private static let restart = Duration.seconds(1)
    private static let reboot = Duration.seconds(20)
    /// Longer than a target keeps a candidate that nobody asks about.
    private static let standstill = Duration.seconds(400)

    func die(_ name: String) { end(name, withPower: false) }
    func losePower(_ name: String) { end(name, withPower: true) }

    private func end(_ name: String, withPower isPowerLost: Bool) {
        guard let machine = machine(named: name), let daemon = machine.daemon,
            isPowerLost ? machine.hasPower : !daemon.isDead
        else { return }
        faults.trace.note("\(name): \(isPowerLost ? "the power is lost" : "the daemon dies")")
        let life = machine.end(withPower: isPowerLost)
        time.spawn { [weak self, time] in
            try? await time.sleep(for: isPowerLost ? Self.reboot : Self.restart)
            guard let self, machine.isLife(life) else { return }
            boot(machine)
        }
    }

    func pause(_ name: String) {
        faults.trace.note("\(name): stands still")
        machine(named: name)?.stand(until: time.now + Self.standstill)
    }

    func part(_ one: String, _ other: String) {
        faults.trace.note("\(one) and \(other) do not hear each other")
        network.part(one, other)
    }

    func isolate(_ name: String) {
        faults.trace.note("\(name): is cut off")
        network.isolate(name)
    }

    func hideStore() {
        faults.trace.note("the store is away")
        network.hideStore()
    }

    func pause(of name: String) -> Duration { machine(named: name)?.pause ?? .zero }
    func storeAway(from name: String) -> Duration { network.storeAway(from: name) }
    func boot(of name: String) -> Int { machine(named: name)?.boot ?? 0 }
    func look(after call: SeamCall) { observer.look(after: call) }
}
