package import PloyzMigration
package import PloyzModel
import Synchronization

/// The links of one machine's instances.
package final class InMemoryNetwork: InstanceNetwork {
    package enum Link: Hashable, Sendable { case sealed, open }

    private struct State {
        var links: [InstanceRef: Link] = [:]
        var listeners: [PublishedPort] = []
        var neverReady = false
    }

    private let state = Mutex(State())
    private let machine: String
    private let faults: FaultInjector
    private let time: any Timekeeper

    package init(machine: String, faults: FaultInjector, time: any Timekeeper) {
        self.machine = machine
        self.faults = faults
        self.time = time
    }

    func copy(from other: InMemoryNetwork) {
        let state = other.state.withLock { $0 }
        self.state.withLock { $0 = state }
    }

    package func link(_ instance: InstanceRef) -> Link? { state.withLock { $0.links[instance] } }
    package func setForeignListeners(_ ports: [PublishedPort]) { state.withLock { $0.listeners = ports } }
    /// Probes never succeed from now on.
    package func setNeverReady(_ isNever: Bool) { state.withLock { $0.neverReady = isNever } }

    func powerOff() { state.withLock { $0.links = [:] } }

    private func call(
        _ name: String,
        _ instance: InstanceRef,
        _ body: @escaping @Sendable (inout State) -> Void
    ) async throws {
        try await faults.call(machine, "network.\(name)", "\(instance)", cost: .milliseconds(3)) { [self] in
            state.withLock { body(&$0) }
        }
    }

    package func attach(
        _ instance: InstanceRef,
        sandbox: RunningContainer,
        address: IPv4Address,
        sealed: Bool
    ) async throws {
        try await call("attach", instance) { state in
            if state.links[instance] == nil { state.links[instance] = sealed ? .sealed : .open }
        }
    }

    package func unseal(_ instance: InstanceRef, address: IPv4Address) async throws {
        try await call("unseal", instance) { $0.links[instance] = .open }
    }

    package func openBeside(_ instance: InstanceRef, address: IPv4Address) async throws {
        try await call("openBeside", instance) { $0.links[instance] = .open }
    }

    package func seal(_ instance: InstanceRef) async throws {
        try await call("seal", instance) { state in
            if state.links[instance] != nil { state.links[instance] = .sealed }
        }
    }

    package func detach(_ instance: InstanceRef) async throws {
        try await call("detach", instance) { $0.links[instance] = nil }
    }

    package func holdArrivals(_ instance: InstanceRef, address: IPv4Address) async throws {
        try await call("holdArrivals", instance) { _ in }
    }

    package func apply(_ picture: RoutingPicture) async throws {}
    package func apply(_ change: [IPv4Address: RouteRecord?]) async throws {}

    package func waitUntilReady(
        _ readiness: Readiness,
        instance: InstanceRef,
        sandbox: RunningContainer,
        address: IPv4Address
    ) async throws {
        try await faults.call(machine, "network.waitUntilReady", "\(instance)", cost: .milliseconds(15)) { [self] in
            guard state.withLock({ $0.neverReady }) else { return }
            try await time.sleep(for: readiness.timeout.duration)
            throw PloyzError(.notReady, "\(instance) was not ready after \(readiness.timeout)")
        }
    }

    package func foreignListeners(on ports: [PublishedPort]) async throws -> [PublishedPort] {
        let wanted = Set(ports.map { "\($0.port)/\($0.protocol.rawValue)" })
        return state.withLock { state in
            state.listeners.filter { wanted.contains("\($0.port)/\($0.protocol.rawValue)") }
        }
    }
}
