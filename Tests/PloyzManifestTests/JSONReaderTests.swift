import PloyzManifest
import Testing

@Suite("Reading JSON")
struct JSONReaderTests {
    @Test(
        "a broken document is refused with the line and the reason",
        arguments: [
            ("", "line 1: expected a value, found the end of the document"),
            ("{} {}", "line 1: expected the end of the document, found \"{\""),
            ("{\"a\": 1,\n \"a\": 2}", "line 2: the key \"a\" is there twice"),
            ("{\"a\" 1}", "line 1: expected ':', found \"1\""),
            ("{a: 1}", "line 1: expected a key in double quotes, found \"a\""),
            ("[1 2]", "line 1: expected ',' or ']', found \"2\""),
            ("[1,]", "line 1: expected a value, found \"]\""),
            ("[01]", "line 1: a number starts with a digit, and with 0 only when that is all"),
            ("[1.]", "line 1: a digit must follow the '.'"),
            ("[1e]", "line 1: an exponent has no digit"),
            ("[-]", "line 1: a number starts with a digit, and with 0 only when that is all"),
            ("[9223372036854775808]", "line 1: \"9223372036854775808\" does not fit in 64 bits"),
            ("[1e999]", "line 1: \"1e999\" is out of range"),
            ("[\"abc", "line 1: a string has no end"),
            ("[\"a\nb\"]", "line 1: a control character in a string: write it as an escape"),
            ("[\"\\x\"]", "line 1: unknown escape \"x\""),
            ("[\"\\ud800\"]", "line 1: half of a surrogate pair"),
            ("[\"\\ud800\\u0041\"]", "line 1: half of a surrogate pair"),
            ("[\"\\u12g4\"]", "line 1: expected 4 hexadecimal digits, found \"g\""),
            ("[tru]", "line 1: expected a value, found \"t\""),
        ]
    )
    func refusesBrokenDocument(text: String, expected: String) {
        #expect(refusal(of: text, as: .json) == expected)
    }

    @Test("values keep their order, their kind and their line")
    func readsValues() throws {
        let document = try tree(
            """
            {"z": null, "a": [true, -0, 12, 1.5e1, 9223372036854775807],
             "s": "\\u00e9\\ud83d\\ude00\\/\\n\\"", "é": {}}
            """,
            as: .json
        )
        guard case .object(let members) = document.content else {
            Issue.record("not an object")
            return
        }
        #expect(members.map(\.name) == ["z", "a", "s", "é"])
        #expect(members.map(\.value.line) == [1, 1, 2, 2])
        #expect(document["s"] == DocumentValue(.string("é😀/\n\"")))
        #expect(
            document["a"]
                == DocumentValue(
                    .array(
                        [.bool(true), .integer(0), .integer(12), .float(15), .integer(.max)].map { DocumentValue($0) }
                    )
                )
        )
    }

    @Test("keys that only look alike are two keys")
    func keysAreComparedByBytes() throws {
        _ = try tree("{\"\u{e9}\": 1, \"e\u{301}\": 2}", as: .json)
    }
}
