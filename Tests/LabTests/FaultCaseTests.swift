import Foundation
import LabScenarios
import Testing

/// The cases as a list; scripts/faults plays them.
@Suite struct FaultCaseTests {
    /// What the list must have in machines of namespaces; the rest needs what their ZFS lacks.
    static let numbers = [
        "F01", "F03", "F05", "F06", "F07", "F08", "F09", "F13", "F15", "F22", "F25", "F26", "F27", "F31", "F32", "F33",
        "F34", "F35", "F36", "F38", "F39", "F41", "F42", "F43",
    ]

    /// What it must have in guests.
    static let guestNumbers = [
        "F01", "F02", "F03", "F05", "F06", "F07", "F08", "F09", "F11", "F12", "F13", "F15", "F16", "F17", "F18", "F19",
        "F20", "F35", "F36",
    ]

    @Test("No two cases have one name, and each can be named in a kind of lab")
    func names() throws {
        let names = FaultCase.all.map(\.name)
        #expect(Set(names).count == names.count)
        for kind in LabKind.allCases {
            for name in FaultCase.all(in: kind).map(\.name) {
                #expect(try FaultCase.named([name], in: kind).map(\.name) == [name])
            }
        }
        #expect(Set(LabKind.allCases.flatMap(FaultCase.all(in:)).map(\.name)) == Set(names))
    }

    @Test(
        "Each number stands for its cases",
        arguments: numbers.map { ($0, LabKind.netns) } + guestNumbers.map { ($0, LabKind.vm) }
    )
    func numbered(number: String, kind: LabKind) throws {
        let cases = try FaultCase.named([number], in: kind)
        #expect(!cases.isEmpty)
        #expect(cases.allSatisfy { $0.name.hasPrefix("\(number)-") })
    }

    @Test("A name that is no case's is told")
    func unknown() {
        #expect(throws: ScenarioFailure.self) { try FaultCase.named(["F31", "F99"], in: .netns) }
    }

    @Test("A run that resumes knows what was played, and one that does not begins anew")
    func history() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "faults-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appending(path: "history.jsonl")
        let fault = try #require(FaultCase.all.first)
        let other = try #require(FaultCase.all.last)
        var history = try FaultHistory(file, resumes: true)
        try history.add(FaultVerdict(name: fault.name, claim: fault.claim, passed: true))
        let resumed = try FaultHistory(file, resumes: true)
        #expect(resumed.has(fault))
        #expect(!resumed.has(other))
        #expect(resumed.verdicts.map(\.passed) == [true])
        #expect(try !FaultHistory(file, resumes: false).has(fault))
    }
}
