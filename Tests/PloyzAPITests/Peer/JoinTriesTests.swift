import Testing

@testable import PloyzAPI

struct JoinTriesTests {
    @Test func wrongSecretsCostTheirOwnAddressAlone() {
        var tries = JoinTries(capacity: 20, rate: 1, at: .zero)
        var answered = 0
        for _ in 0..<100 where tries.take("192.0.2.1", at: .zero) {
            answered += 1
            _ = tries.noteWrong("192.0.2.1", at: .zero)
        }
        #expect(answered == 5)
        let others = (0..<16).map { _ in tries.take("192.0.2.2", at: .zero) }
        #expect(others == Array(repeating: true, count: 15) + [false], "what is left of 20 at once")
        let later = [59, 60].map { tries.take("192.0.2.1", at: .seconds($0)) }
        #expect(later == [false, true])
    }

    @Test func theLastTryIsSaid() {
        var tries = JoinTries(capacity: 20, rate: 1, at: .zero)
        let said = (0..<5).map { _ in tries.noteWrong("x", at: .zero) }
        #expect(said == [false, false, false, false, true])
    }

    @Test func manyAddressesAreBounded() {
        var tries = JoinTries(capacity: 10_000, rate: 1, at: .zero)
        for number in 0..<3000 { _ = tries.noteWrong("a\(number)", at: .zero) }
        let beyond = tries.take("another", at: .zero)
        #expect(!beyond, "beyond the bound all are one")
        let later = tries.take("another", at: .seconds(600))
        #expect(later, "those that are as good as new are forgotten")
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3::4", "20010db800010002/64"),
        ("fe80::1%eth0", "fe80000000000000/64"),
    ])
    func anAddressIsWhatOneStrangerHas(text: String, address: String) {
        #expect(JoinContext.address(of: text) == address)
    }
}
