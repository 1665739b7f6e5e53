import PloyzModel

/// One walk of a document along a schema: collects everything that does not fit, and returns the document with its
/// defaults filled in.
package struct SchemaWalk {
    private var problems = ProblemList()

    /// The document with every default, or every problem, in the order of the document.
    package static func run(_ document: DocumentValue, along schema: Schema) -> Result<DocumentValue, InvalidDocument> {
        var walk = SchemaWalk()
        let value = walk.walk(document, schema, .root)
        return walk.problems.isEmpty ? .success(value) : .failure(InvalidDocument(problems: walk.problems.all))
    }

    private mutating func walk(_ value: DocumentValue, _ schema: Schema, _ path: DocumentPath) -> DocumentValue {
        switch (schema, value.content) {
        case (.bool, .bool): return value
        case (.bool, _): return refuse(value, path, "true or false")
        case (.integer(let range), .integer(let number)):
            if range.contains(number) { return value }
            return complain(value, path, "must be \(Self.words(range)), not \(number)")
        case (.integer(let range), _): return refuse(value, path, "an integer, \(Self.words(range))")
        case (.number(let range), .integer(let number)): return check(value, Double(number), range, path)
        case (.number(let range), .float(let number)): return check(value, number, range, path)
        case (.number(let range), _): return refuse(value, path, "a number, \(Self.words(range))")
        case (.text(let format), _): return walk(value, format, path)
        case (.secret(let format), _): return walk(value, format, path, isSecret: true)
        case (.either(_, let other), .object): return walk(value, other, path)
        case (.either(let format, _), _): return walk(value, format, path)
        case (.choice(let words), .string(let text)):
            if words.contains(text) { return value }
            let hint = Nearest.hint(for: text, among: words)
            return complain(value, path, "must be \(Self.words(words)), not \(Quoted(text))\(hint)")
        case (.choice(let words), _): return refuse(value, path, Self.words(words))
        case (.list(let element, let count), .array(let values)):
            return walk(values, element, count, path, line: value.line)
        case (.list, _): return refuse(value, path, "a list")
        case (.table(let table), .object(let members)): return walk(members, table, path, line: value.line)
        case (.table, _): return refuse(value, path, "a table")
        case (.map(let names, let values, let most), .object(let members)):
            return walk(members, names, values, most, path, line: value.line)
        case (.map, _): return refuse(value, path, "a table")
        case (.word(let word, _), .string(let text)):
            return text == word ? value : complain(value, path, "must be \"\(word)\" or a table, not \(Quoted(text))")
        case (.word(_, let other), .object), (.word(_, let other), .array): return walk(value, other, path)
        case (.word(let word, _), _): return refuse(value, path, "\"\(word)\" or a table")
        }
    }

    private mutating func walk(
        _ value: DocumentValue,
        _ format: TextFormat,
        _ path: DocumentPath,
        isSecret: Bool = false
    ) -> DocumentValue {
        let text: String
        switch value.content {
        case .string(let string): text = string
        case .integer(let number) where format.takesIntegers: text = String(number)
        default: return refuse(value, path, "a string: \(format.rule)")
        }
        guard format.isValid(text) else {
            return complain(value, path, "must be \(format.rule)" + (isSecret ? "" : ", not \(Quoted(text))"))
        }
        return DocumentValue(.string(text), line: value.line)
    }

    private mutating func walk(
        _ values: [DocumentValue],
        _ element: Schema,
        _ count: ClosedRange<Int>,
        _ path: DocumentPath,
        line: Int
    ) -> DocumentValue {
        if values.count > count.upperBound {
            problems.add("has \(values.count) elements, at most \(count.upperBound) are allowed", at: path, line: line)
        } else if values.count < count.lowerBound {
            problems.add("must have at least \(count.lowerBound) element", at: path, line: line)
        }
        let walked = values.prefix(count.upperBound).enumerated().map { walk($1, element, path.index($0)) }
        return DocumentValue(.array(walked), line: line)
    }

    private mutating func walk(
        _ members: [DocumentMember],
        _ table: TableSchema,
        _ path: DocumentPath,
        line: Int
    ) -> DocumentValue {
        var given: [String: DocumentValue] = [:]
        let names = table.fields.map(\.name)
        for member in members {
            guard names.contains(member.name) else {
                let hint = problems.isFull ? "" : Nearest.hint(for: member.name, among: names)
                problems.add("unknown field\(hint)", at: path.field(member.name), line: member.value.line)
                continue
            }
            // null says the same as leaving the field out.
            if case .null = member.value.content { continue }
            given[member.name] = member.value
        }
        var walked: [DocumentMember] = []
        for field in table.fields {
            if let value = given[field.name] {
                walked.append(DocumentMember(field.name, walk(value, field.schema, path.field(field.name))))
            } else if case .defaultsTo(let content) = field.presence {
                walked.append(DocumentMember(field.name, DocumentValue(content, line: line)))
            } else if case .required = field.presence {
                problems.add("is required", at: path.field(field.name), line: line)
            }
        }
        let chosen = table.exactlyOneOf.filter { given[$0] != nil }
        if !table.exactlyOneOf.isEmpty, chosen.count != 1 {
            let found = chosen.isEmpty ? "none" : chosen.joined(separator: " and ")
            let wanted = table.exactlyOneOf.joined(separator: ", ")
            problems.add("must have exactly one of \(wanted), and has \(found)", at: path, line: line)
        }
        return DocumentValue(.object(walked), line: line)
    }

    private mutating func walk(
        _ members: [DocumentMember],
        _ names: TextFormat,
        _ values: Schema,
        _ most: Int,
        _ path: DocumentPath,
        line: Int
    ) -> DocumentValue {
        if members.count > most {
            problems.add("has \(members.count) entries, at most \(most) are allowed", at: path, line: line)
        }
        let walked = members.prefix(most).map { member in
            if !names.isValid(member.name) {
                problems.add("the name must be \(names.rule)", at: path.field(member.name), line: member.value.line)
            }
            return DocumentMember(member.name, walk(member.value, values, path.field(member.name)))
        }
        return DocumentValue(.object(walked), line: line)
    }

    private mutating func check(
        _ value: DocumentValue,
        _ number: Double,
        _ range: ClosedRange<Double>,
        _ path: DocumentPath
    ) -> DocumentValue {
        range.contains(number) ? value : complain(value, path, "must be \(Self.words(range)), not \(number)")
    }

    private mutating func refuse(_ value: DocumentValue, _ path: DocumentPath, _ wanted: String) -> DocumentValue {
        complain(value, path, "must be \(wanted), not \(value.kind)")
    }

    private mutating func complain(_ value: DocumentValue, _ path: DocumentPath, _ message: String) -> DocumentValue {
        problems.add(message, at: path, line: value.line)
        return value
    }

    private static func words(_ range: ClosedRange<some Comparable>) -> String {
        "\(range.lowerBound) to \(range.upperBound)"
    }

    private static func words(_ choices: [String]) -> String {
        let quoted = choices.map { "\"\($0)\"" }
        return quoted.dropLast().joined(separator: ", ") + (quoted.count > 1 ? " or " : "") + (quoted.last ?? "")
    }
}
