import PloyzModel
import Testing

@Suite("Bounds of connections")
struct ConnectionBoundsTests {
    typealias Bounds = ConnectionBounds<String>

    @Test("one address fills its own bound, and leaves room for others")
    func perAddress() throws {
        var bounds = Bounds(perAddress: 2, total: 10)
        for _ in 0..<2 { try bounds.open("stranger") }
        #expect(throws: Bounds.Refusal.address) { try bounds.open("stranger") }
        try bounds.open("honest")
        #expect(bounds.count == 3)
    }

    @Test("all addresses together have a bound, and what ends gives its place back")
    func total() throws {
        var bounds = Bounds(perAddress: 2, total: 3)
        for address in ["a", "b", "c"] { try bounds.open(address) }
        #expect(throws: Bounds.Refusal.total) { try bounds.open("d") }
        bounds.close("a")
        try bounds.open("d")
        #expect(bounds.count == 3)
    }

    @Test("closing what was never opened changes nothing")
    func neverOpened() throws {
        var bounds = Bounds(perAddress: 1, total: 1)
        bounds.close("a")
        #expect(bounds.count == 0)
        try bounds.open("a")
        bounds.close("b")
        #expect(bounds.count == 1)
    }
}
