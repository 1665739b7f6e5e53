import PloyzManifest
import PloyzModel
import Testing

@Suite("Documents from outside")
struct BoundsTests {
    private static let minute = Duration.seconds(60)

    @Test("a document above 1 MiB is refused unread")
    func refusesLargeDocument() {
        let text = String(repeating: " ", count: DocumentLimits.size + 1)
        #expect(refusal(of: text, as: .json) == "the document has 1048577 bytes, more than 1048576")
    }

    @Test("bytes that are no UTF-8 are refused")
    func refusesInvalidText() {
        #expect(throws: DocumentProblem.self) { try DocumentReader.read([0x7b, 0xff, 0x7d], as: .json) }
    }

    private static let dots = String(repeating: "a.", count: 400_000)

    private static let nested: [(DocumentFormat, String)] = [
        (.json, String(repeating: "[", count: 500_000)),
        (.json, String(repeating: "{\"a\":", count: 200_000)),
        (.toml, "a = " + String(repeating: "[", count: 500_000)),
        (.toml, "a = " + String(repeating: "{a = ", count: 200_000)),
        (.toml, "[\(dots)a]"),
        (.toml, "\(dots)a = 1"),
        (.toml, (0..<60).map { "[[\(String(repeating: "a.", count: $0))a]]\n" }.joined()),
        (.toml, "a = " + String(repeating: "{a.a.a.a.a.a.a.a = ", count: 50_000)),
    ]

    @Test("deep nesting of every kind ends at the bound", arguments: nested)
    func boundsDepth(format: DocumentFormat, text: String) throws {
        let message = try #require(refusal(of: text, as: format))
        #expect(message.hasSuffix("more than 32 tables and lists inside each other") || message.contains("32 parts"))
    }

    @Test("32 levels are read")
    func readsToTheBound() throws {
        _ = try tree(String(repeating: "[", count: 32) + String(repeating: "]", count: 32), as: .json)
    }

    @Test("a document with 100,000 keys is answered with 100 problems and a count, in bounded time")
    func boundsKeys() throws {
        let keys = (0..<100_000).map { "k\($0)=1" }.joined(separator: "\n")
        let started = ContinuousClock.now
        let found = problems(in: keys)
        #expect(ContinuousClock.now - started < Self.minute)
        #expect(found.count == 101)
        #expect(found.first == "k0: unknown field")
        #expect(found.last == "and 99901 more problems")
    }

    @Test("numbers of a hundred thousand digits are refused", arguments: DocumentFormat.allCases)
    func boundsNumbers(format: DocumentFormat) throws {
        let digits = String(repeating: "9", count: 100_000)
        let message = try #require(refusal(of: format == .json ? digits : "a = \(digits)", as: format))
        #expect(message.hasSuffix("…\" does not fit in 64 bits"))
        #expect(message.utf8.count < 200)
    }

    @Test("a hostile text does not reach the terminal as it is")
    func escapesControlCharacters() {
        let found = problems(in: "namespace = \"\\u001b[2J\\u0000\"\n[[volumes]]\nname = \"v\"")
        #expect(
            found == [
                "namespace: must be a name of 1 to 63 characters a-z, 0-9 and '-', starting with a letter, "
                    + "not ending with '-', not \"\\u{1B}[2J\\0\""
            ]
        )
    }

    @Test("random bytes and damaged manifests never crash the readers", arguments: DocumentFormat.allCases)
    func survivesNoise(format: DocumentFormat) throws {
        var generator = SeededGenerator(state: 42)
        let valid = Array(try ManifestWriter.text(of: ManifestGenerator.manifest(using: &generator), as: format).utf8)
        let tokens = Array("{}[]\"'=,.:#\\\n\r -+_0123456789eExobtrufalsn\u{0}".utf8)
        for _ in 0..<3000 {
            var noise: [UInt8]
            if Bool.random(using: &generator) {
                noise = (0..<Int.random(in: 0...120, using: &generator)).map { _ in
                    tokens.randomElement(using: &generator) ?? 0
                }
            } else {
                noise = valid
                for _ in 0..<Int.random(in: 1...6, using: &generator) {
                    let place = Int.random(in: 0..<noise.count, using: &generator)
                    switch Int.random(in: 0...2, using: &generator) {
                    case 0: noise[place] = tokens.randomElement(using: &generator) ?? 0
                    case 1: noise.remove(at: place)
                    default: noise.insert(UInt8.random(in: 0...255, using: &generator), at: place)
                    }
                }
            }
            _ = try? ManifestReader.read(noise, as: format, known: .unseen)
        }
    }
}
