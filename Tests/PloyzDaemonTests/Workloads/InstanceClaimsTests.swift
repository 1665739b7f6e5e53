import PloyzModel
import Synchronization
import Testing

@testable import PloyzDaemon

/// Who keeps workloads running and who moves them are never at one instance together.
@Suite(.timeLimit(.minutes(1)))
struct InstanceClaimsTests {
    private let instance: InstanceRef
    private let first: OperationID
    private let second: OperationID

    init() throws {
        instance = InstanceRef(service: try ServiceRef("shop/redis"), index: 0)
        first = try OperationID("op-00000000000000aa")
        second = try OperationID("op-00000000000000bb")
    }

    @Test("A refused migration gives back its own claim, not that of the one that runs")
    func each() async {
        let claims = InstanceClaims()
        await claims.claim([instance], for: first)
        await claims.claim([instance], for: second)
        claims.release(second)
        #expect(claims.isClaimed(instance))
        #expect(await claims.whileFree(instance) { true } == nil)
        claims.release(first)
        #expect(!claims.isClaimed(instance))
        #expect(await claims.whileFree(instance) { true } == true)
    }

    @Test("What a migration gave back may have been stopped by it, until it was seen running")
    func givenBack() async {
        let claims = InstanceClaims()
        #expect(!claims.mayHaveStopped(instance))
        await claims.claim([instance], for: first)
        #expect(!claims.mayHaveStopped(instance))
        claims.release(second)
        #expect(!claims.mayHaveStopped(instance))
        claims.release(first)
        #expect(claims.mayHaveStopped(instance))
        claims.forgetStop(of: instance)
        #expect(!claims.mayHaveStopped(instance))
    }

    @Test("A claim waits for a start that is under way, and keeps the next one out")
    func waits() async {
        let claims = InstanceClaims()
        let order = Order()
        let (started, starting) = AsyncStream.makeStream(of: Void.self)
        let (ending, end) = AsyncStream.makeStream(of: Void.self)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await claims.whileFree(instance) {
                    starting.finish()
                    for await _ in ending {}
                    order.append("started")
                }
            }
            for await _ in started {}
            group.addTask {
                await claims.claim([instance], for: first)
                order.append("claimed")
            }
            // The claim stands from the moment in which it is asked for.
            while !claims.isClaimed(instance) { await Task.yield() }
            #expect(await claims.whileFree(instance) { true } == nil)
            end.finish()
        }
        #expect(order.names == ["started", "claimed"])
    }
}

/// What happened, in its order.
private final class Order: Sendable {
    private let state = Mutex<[String]>([])

    var names: [String] { state.withLock { $0 } }

    func append(_ name: String) { state.withLock { $0.append(name) } }
}
