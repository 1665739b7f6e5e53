import PloyzTransfer
import Testing

@Suite("Tickets")
struct TicketRegistryTests {
    typealias Registry = TicketRegistry<String>
    let secret = [UInt8](repeating: 1, count: 32)

    @Test("a ticket is good once")
    func once() throws {
        var registry = Registry()
        registry.issue("a", secret: secret, expiry: .seconds(10), now: .zero)
        #expect(try registry.redeem(secret, now: .seconds(1)) == "a")
        #expect(throws: Registry.Refusal.used) { try registry.redeem(secret, now: .seconds(2)) }
    }

    @Test("a ticket that nobody issued is refused, whatever its length")
    func unknown() {
        var registry = Registry()
        registry.issue("a", secret: secret, expiry: .seconds(10), now: .zero)
        for wrong in [[], [1], Array(secret.dropLast()) + [2], secret + [1]] as [[UInt8]] {
            #expect(throws: Registry.Refusal.unknown) { try registry.redeem(wrong, now: .zero) }
        }
        #expect(registry.count == 1)
    }

    @Test("a ticket expires at its time")
    func expired() throws {
        var registry = Registry()
        registry.issue("a", secret: secret, expiry: .seconds(10), now: .zero)
        #expect(throws: Registry.Refusal.expired) { try registry.redeem(secret, now: .seconds(10)) }
        #expect(registry.count == 0)
    }

    @Test("a ticket that was taken back is refused")
    func revoked() {
        var registry = Registry()
        registry.issue("a", secret: secret, expiry: .seconds(10), now: .zero)
        registry.revoke(secret)
        #expect(throws: Registry.Refusal.used) { try registry.redeem(secret, now: .zero) }
    }

    @Test("their number is bounded: the oldest gives way")
    func bounded() throws {
        var registry = Registry()
        for index in 0...Registry.limit {
            registry.issue(
                "\(index)",
                secret: [UInt8(index >> 8), UInt8(index & 255)],
                expiry: .seconds(10),
                now: .zero
            )
        }
        #expect(registry.count == Registry.limit)
        #expect(throws: Registry.Refusal.unknown) { try registry.redeem([0, 0], now: .zero) }
        #expect(try registry.redeem([0, 1], now: .zero) == "1")
    }
}
