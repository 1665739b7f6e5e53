import Foundation
import PloyzManifest
import PloyzModel
import Testing

@Suite("docs/manifest.md")
struct DocumentationTests {
    private static func document() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/manifest.md"), encoding: .utf8)
    }

    /// The text between ```` ```format ```` and ```` ``` ````.
    private static func example(_ format: DocumentFormat) throws -> String {
        let parts = try document().components(separatedBy: "```\(format.rawValue)\n")
        let example = try #require(parts.dropFirst().first)
        return try #require(example.components(separatedBy: "```").first)
    }

    @Test("the examples in both formats are valid and say the same")
    func examplesAgree() throws {
        let toml = try manifest(Self.example(.toml), as: .toml)
        let json = try manifest(Self.example(.json), as: .json)
        #expect(toml == json)
        #expect(toml.services.count == 2)
    }

    @Test("every field of the schema is described")
    func describesEveryField() throws {
        let text = try Self.document()
        for name in Self.fieldNames(.manifest) {
            #expect(text.contains("`\(name)`"), "\(name) is not described")
        }
    }

    private static func fieldNames(_ schema: Schema) -> Set<String> {
        switch schema {
        case .bool, .integer, .number, .text, .secret, .choice: []
        case .list(let element, _): fieldNames(element)
        case .map(_, let values, _): fieldNames(values)
        case .word(_, let other), .either(_, let other): fieldNames(other)
        case .table(let table):
            table.fields.reduce(into: []) { $0.formUnion(fieldNames($1.schema).union([$1.name])) }
        }
    }
}
