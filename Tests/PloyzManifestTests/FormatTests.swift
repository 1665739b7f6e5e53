import PloyzManifest
import Testing

@Suite("Finding the format")
struct FormatTests {
    @Test(
        "a file's name says the format",
        arguments: [
            ("a.json", DocumentFormat.json), ("a.b.TOML", .toml), ("-", nil), ("manifest", nil), ("x.yaml", nil),
        ]
    )
    func knowsName(name: String, expected: DocumentFormat?) {
        #expect(DocumentFormat(fileName: name) == expected)
    }

    @Test(
        "without a name the first character does",
        arguments: [
            (" \n\t{\"namespace\": 1}", DocumentFormat.json), ("namespace = \"a\"", .toml), ("[[services]]", .toml),
            ("", .toml), ("\u{feff}{}", .json), ("# {", .toml),
        ]
    )
    func guesses(text: String, expected: DocumentFormat) {
        #expect(DocumentFormat(guessedFrom: Array(text.utf8)) == expected)
    }
}
