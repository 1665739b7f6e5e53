package import Foundation

/// A value that is published: a request or response of the API, and what a command prints with `--json`.
///
/// Its JSON has `snake_case` keys, made from the names of its properties. For the way back to work a property's name
/// has no run of capitals but a closing `ID`, and no value inside has coding keys with an underscore of its own.
package protocol Document: Codable, Hashable, Sendable {}

/// The one form of JSON that documents have: sorted `snake_case` keys, dates in ISO 8601 and UTC, with
/// milliseconds where there are any.
package enum DocumentForm {
    /// One line, for the wire and for streams.
    package static func encode(_ document: some Document) throws -> Data {
        try encoder([.sortedKeys, .withoutEscapingSlashes]).encode(document)
    }

    /// Indented, for a document that a command prints.
    package static func encodePretty(_ document: some Document) throws -> Data {
        try encoder([.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]).encode(document)
    }

    package static func decode<Value: Document>(_ type: Value.Type, from data: Data) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let text = try decoder.singleValueContainer().decode(String.self)
            for style in [wholeSeconds, milliseconds] { if let date = try? style.parse(text) { return date } }
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is no date in ISO 8601")
            )
        }
        decoder.keyDecodingStrategy = .custom { path in
            PropertyKey(stringValue: camelCase(path.last?.stringValue ?? ""))
        }
        return try decoder.decode(type, from: data)
    }

    private static func encoder(_ formatting: JSONEncoder.OutputFormatting) -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            let isWhole = date.timeIntervalSince1970.rounded() == date.timeIntervalSince1970
            // The style cuts off, where a date that was read may lie a little below its millisecond.
            try container.encode(isWhole ? wholeSeconds.format(date) : milliseconds.format(date + 0.0005))
        }
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return encoder
    }

    private static let wholeSeconds = Date.ISO8601FormatStyle()
    private static let milliseconds = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// `image_id` is `imageID`, where Foundation's own conversion would say `imageId`.
    private static func camelCase(_ key: String) -> String {
        let words = key.split(separator: "_")
        guard let first = words.first, words.count > 1 else { return key }
        return words.dropFirst().reduce(String(first)) { name, word in
            name + (word == "id" ? "ID" : word.prefix(1).uppercased() + word.dropFirst())
        }
    }

    private struct PropertyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
