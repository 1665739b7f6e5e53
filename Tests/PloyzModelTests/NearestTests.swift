import PloyzModel
import Testing

@Suite("The nearest names")
struct NearestTests {
    @Test(
        "a mistyped name finds the one that was meant, and nothing else",
        arguments: [
            ("rdis", ["redis"]), ("redsi", ["redis"]), ("Redis", ["redis"]), ("web1", ["web", "web-2"]),
            ("zzzz", []), ("", []), ("x", []),
        ]
    )
    func finds(text: String, expected: [String]) {
        #expect(Nearest.names(to: text, among: ["redis", "web", "web-2", "postgres"]) == expected)
    }

    @Test("the hint reads as a question, or is empty")
    func hints() {
        #expect(
            Nearest.hint(for: "shp/redis", among: ["shop/redis", "ship/redis"])
                == "; did you mean 'ship/redis' or 'shop/redis'?"
        )
        #expect(Nearest.hint(for: "qqq", among: ["shop"]) == "")
    }

    @Test("a hostile text is not compared at all")
    func isBounded() {
        #expect(Nearest.names(to: String(repeating: "a", count: 1_000_000), among: ["a"]) == [])
    }
}
