/// What a value of a document must look like, as a value itself; ``SchemaWalk`` holds a document against it.
package indirect enum Schema: Sendable {
    case bool
    case integer(ClosedRange<Int64>)
    case number(ClosedRange<Double>)
    case text(TextFormat)
    /// One of some words.
    case choice([String])
    case list(of: Schema, count: ClosedRange<Int>)
    case table(TableSchema)
    /// A table with names of the document's own choosing.
    case map(names: TextFormat, values: Schema, most: Int)
    /// A text that no problem quotes.
    case secret(TextFormat)
    /// A text, or a table.
    case either(TextFormat, or: Schema)
    /// One word, or a value of another kind.
    case word(String, or: Schema)
}

/// A table with known fields.
package struct TableSchema: Sendable {
    package let fields: [FieldSchema]
    /// Of these fields exactly one must be there; empty for no such rule.
    package let exactlyOneOf: [String]

    package init(_ fields: [FieldSchema], exactlyOneOf: [String] = []) {
        self.fields = fields
        self.exactlyOneOf = exactlyOneOf
    }
}

/// A field of a table.
package struct FieldSchema: Sendable {
    package enum Presence: Sendable {
        case required
        case optional
        /// Filled in when the document does not say it.
        case defaultsTo(DocumentValue.Content)
    }

    package let name: String
    package let schema: Schema
    package let presence: Presence

    package init(_ name: String, _ schema: Schema, _ presence: Presence) {
        self.name = name
        self.schema = schema
        self.presence = presence
    }

    package static func required(_ name: String, _ schema: Schema) -> FieldSchema {
        FieldSchema(name, schema, .required)
    }

    package static func optional(_ name: String, _ schema: Schema) -> FieldSchema {
        FieldSchema(name, schema, .optional)
    }

    package static func field(
        _ name: String,
        _ schema: Schema,
        defaultsTo content: DocumentValue.Content
    ) -> FieldSchema {
        FieldSchema(name, schema, .defaultsTo(content))
    }
}
