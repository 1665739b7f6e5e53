import PloyzManifest
import TOMLKit
import Testing

@Suite("Reading TOML")
struct TOMLReaderTests {
    @Test(
        "a broken document is refused with the line and the reason",
        arguments: [
            ("a", "line 1: expected '=', found the end of the document"),
            ("a = ", "line 1: expected a value, found the end of the document"),
            ("a = 1 b = 2", "line 1: expected the end of the line, found \"b\""),
            ("a = 1\na = 2", "line 2: the key \"a\" is there twice"),
            ("[a]\n[a]", "line 2: the table \"a\" is there twice"),
            ("[a]\nb = 1\n[a.b]", "line 3: the key \"a.b\" is there twice"),
            ("a = 1\n[a.b]", "line 2: \"a\" is a value, not a table"),
            ("a = []\n[[a]]", "line 2: the key \"a\" is there twice"),
            ("[a.b]\n[a]\nb.c = 1", "line 3: the table \"b\" is defined elsewhere"),
            ("a = {b = 1}\n[a.c]", "line 2: \"a\" is a value, not a table"),
            ("a = {b = 1}\na.c = 1", "line 2: the key \"a\" is there twice"),
            ("a = {b = 1, b = 2}", "line 1: the key \"b\" is there twice"),
            ("a = {b = 1,\n}", "line 1: expected a key, found \"\\n\""),
            ("[a\nb]", "line 1: expected ']', found \"\\n\""),
            ("[[a]", "line 1: expected ']]', found \"]\""),
            ("a = 1979-05-27", "line 1: a date or time has no use here; a string stands in quotes"),
            ("a = 1979-05-27T07:32:00Z", "line 1: a date or time has no use here; a string stands in quotes"),
            ("a = 07:32:00", "line 1: a date or time has no use here; a string stands in quotes"),
            ("a = inf", "line 1: a number must be finite"),
            ("a = -nan", "line 1: a number must be finite"),
            ("a = 0750", "line 1: \"0750\" starts with 0: octal is written 0o, a string in quotes"),
            ("a = 1__0", "line 1: \"1__0\" is no value; a string stands in quotes"),
            ("a = 1e400", "line 1: \"1e400\" is out of range"),
            ("a = 9223372036854775808", "line 1: \"9223372036854775808\" does not fit in 64 bits"),
            ("a = redis", "line 1: \"redis\" is no value; a string stands in quotes"),
            ("a = \"x", "line 1: a string has no end"),
            ("a = 'x\ny'", "line 1: a string has no end"),
            ("a = \"\"\"x\n", "line 2: a string has no end"),
            ("a = \"\\q\"", "line 1: unknown escape \"q\""),
            ("a = \"\\ud800\"", "line 1: an escape that names no character"),
            ("a = \"\u{1}\"", "line 1: a control character in a string: write it as an escape"),
            ("# \u{1}", "line 1: a control character in a comment"),
            ("a = 1\rb = 2", "line 1: expected the end of the line, found \"\\r\""),
        ]
    )
    func refusesBrokenDocument(text: String, expected: String) {
        #expect(refusal(of: text, as: .toml) == expected)
    }

    @Test(
        "what a document says is what TOMLKit reads in it",
        arguments: [
            "",
            "# only a comment",
            "a = 1\nb = -17\nc = +99\nd = 1_000\ne = 0xDEAD_beef\nf = 0o755\ng = 0b1101\nh = 0\ni = -0",
            "a = 1.5\nb = -0.01\nc = 5e+22\nd = 1e06\ne = -2E-2\nf = 6.626e-34\ng = 9_224.5",
            "a = true\nb = false",
            "a = \"tab\\t \\u00e9 \\U0001F600 \\\\ \\\"\"\nb = 'C:\\path'\nc = ''",
            "a = \"\"\"\nfirst\nsecond \\\n    third \"\"quoted\"\" \\u0041\"\"\"\"\"",
            "a = '''\nraw \\n ''two''\nlines'''''",
            "a = [1, 2,\n  # comment\n  3,\n]\nb = [[1], [\"x\", 'y']]\nc = []",
            "a.b.c = 1\na.b.d = 2\n\"x y\".'z.z' = 3\n1.2 = 4",
            "[a]\nx = 1\n[a.b]\ny = 2\n[c.d.e]\nz = 3\n[c]\nw = 4",
            "[[a]]\nx = 1\n[a.b]\ny = 2\n[[a.c]]\nz = 1\n[[a.c]]\nz = 2\n[[a]]\nx = 2",
            "a = { x = 1, y = { z = 'q' }, w.v = 2 }\nb = {}",
            "[fruit]\napple.color = 'red'\napple.taste.sweet = true\n[fruit.apple.texture]\nsmooth = true",
            "a = 1\r\nb = '''\r\nx\r\ny'''\r\n[c]\r\nd = 2\r\n",
            "  [ a . \"b\" ]  # c\n  k = 1  # d",
        ]
    )
    func agreesWithTOMLKit(text: String) throws {
        let expected = try TOMLTable(string: text).convert(to: .json, options: .allowUnicodeStrings)
        #expect(try tree(text, as: .toml) == tree(expected, as: .json))
    }

    @Test("tables keep the line of their header and values that of their start")
    func keepsLines() throws {
        let document = try tree("a = 1\n\n[[s]]\nb = [\n  1,\n  2,\n]\n[s.t]\nc = 1\n", as: .toml)
        let service = DocumentPath.root.field("s").index(0)
        #expect(document.line(at: .root.field("a")) == 1)
        #expect(document.line(at: service) == 3)
        #expect(document.line(at: service.field("b").index(1)) == 6)
        #expect(document.line(at: service.field("t").field("c")) == 9)
        #expect(document.line(at: service.field("t").field("missing")) == 8)
    }
}
