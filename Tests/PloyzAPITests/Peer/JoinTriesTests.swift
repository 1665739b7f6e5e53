import NIOCore
import Testing

@testable import PloyzAPI

struct JoinTriesTests {
    private func address(_ text: String) throws -> PeerAddress {
        PeerAddress(try SocketAddress(ipAddress: text, port: 1), byPrefix: true)
    }

    @Test func wrongTokensCostTheirOwnAddressAlone() throws {
        var tries = JoinTries(capacity: 20, rate: 1, at: .zero)
        let (stranger, honest) = (try address("192.0.2.1"), try address("192.0.2.2"))
        var answered = 0
        for _ in 0..<100 where tries.take(stranger, at: .zero) {
            answered += 1
            tries.noteWrong(stranger, at: .zero)
        }
        #expect(answered == 5)
        let others = (0..<21).map { _ in tries.take(honest, at: .zero) }
        #expect(others == Array(repeating: true, count: 20) + [false])
        let later = tries.take(stranger, at: .seconds(1))
        #expect(later)
    }

    @Test func manyAddressesAreBoundedTogetherAndInWhatIsRemembered() throws {
        var tries = JoinTries(capacity: 20, rate: 1, at: .zero)
        let strangers = try (0..<3000).map { try address("10.0.\($0 / 250).\($0 % 250)") }
        let answered = strangers.filter { tries.take($0, at: .zero) }.count
        #expect(answered == 200)
        let later = tries.take(try address("192.0.2.2"), at: .seconds(600))
        #expect(later, "addresses that are as good as new are forgotten")
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3::4", "20010db800010002/64"),
    ])
    func anAddressIsWhatOneStrangerHas(text: String, shown: String) throws {
        #expect(try address(text).description == shown)
    }
}
