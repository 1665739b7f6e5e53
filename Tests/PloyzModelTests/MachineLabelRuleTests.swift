import PloyzModel
import Testing

struct MachineLabelRuleTests {
    @Test(arguments: ["rack", "topology.kubernetes.io/zone", "A_b-9", String(repeating: "x", count: 128)])
    func names(name: String) throws {
        try MachineLabelRule.check([name: "a value with ü, = and spaces"])
    }

    @Test(arguments: ["", "ployz.x", "a b", "a=b", "ü", "a\n", String(repeating: "x", count: 129)])
    func malformedNames(name: String) {
        #expect(throws: InvalidName.self) { try MachineLabelRule.check([name: "x"]) }
    }

    @Test(arguments: ["\u{1B}[2J", "a\nb", "\u{7F}", String(repeating: "x", count: 257)])
    func malformedValues(value: String) {
        #expect(throws: InvalidName.self) { try MachineLabelRule.check(["rack": value]) }
    }

    @Test func sixtyFourAreEnough() throws {
        let labels = Dictionary(uniqueKeysWithValues: (0..<64).map { ("l\($0)", "") })
        try MachineLabelRule.check(labels)
        #expect(throws: InvalidName.self) { try MachineLabelRule.check(labels.merging(["more": ""]) { $1 }) }
    }
}
