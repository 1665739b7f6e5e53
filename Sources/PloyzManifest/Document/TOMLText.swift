/// Writes a value tree as TOML: plain values of a table first, then its tables, each under its header; small tables in
/// one line.
struct TOMLText {
    /// What is at most this long stands in one line.
    private static let inlineWidth = 90

    private let order: [String]
    private var text = ""

    private init(order: [String]) { self.order = order }

    /// `document` must be an object without null. The fields that `order` names come first, the others by name.
    static func text(of document: DocumentValue, order: [String]) -> String {
        var writer = TOMLText(order: order)
        writer.table(document, header: [])
        return writer.text
    }

    private mutating func table(_ value: DocumentValue, header: [String]) {
        guard case .object(let unsorted) = value.content else { return }
        let members = sorted(unsorted)
        var below: [DocumentMember] = []
        for member in members {
            if let inline = inline(member.value, isTop: header.isEmpty) {
                text += "\(Self.key(member.name)) = \(inline)\n"
            } else if case .array(let values) = member.value.content, !values.allSatisfy(\.isObject) || values.isEmpty {
                text += "\(Self.key(member.name)) = [\n"
                for value in values { text += "    \(line(value)),\n" }
                text += "]\n"
            } else {
                below.append(member)
            }
        }
        for member in below {
            let path = header + [Self.key(member.name)]
            if case .array(let values) = member.value.content {
                for value in values {
                    open("[[\(path.joined(separator: "."))]]")
                    table(value, header: path)
                }
            } else {
                open("[\(path.joined(separator: "."))]")
                table(member.value, header: path)
            }
        }
    }

    private mutating func open(_ header: String) { text += (text.isEmpty ? "" : "\n") + header + "\n" }

    /// The value in one line; nil when it is a table or list that is better taken apart.
    private func inline(_ value: DocumentValue, isTop: Bool) -> String? {
        switch value.content {
        case .object(let members):
            // The document's own tables have headers.
            guard !isTop || members.isEmpty else { return nil }
            let text = line(value)
            return text.utf8.count <= Self.inlineWidth ? text : nil
        case .array(let values):
            if values.isEmpty { return "[]" }
            if isTop, values.allSatisfy(\.isObject) { return nil }
            let text = line(value)
            return text.utf8.count <= Self.inlineWidth ? text : nil
        default: return line(value)
        }
    }

    private func line(_ value: DocumentValue) -> String {
        switch value.content {
        case .null: "\"\""
        case .bool(let bool): String(bool)
        case .integer(let integer): String(integer)
        case .float(let float): String(float)
        case .string(let string): Self.quoted(string)
        case .array(let values): "[" + values.map { line($0) }.joined(separator: ", ") + "]"
        case .object(let members):
            members.isEmpty
                ? "{}"
                : "{ "
                    + sorted(members).map { "\(Self.key($0.name)) = \(line($0.value))" }.joined(separator: ", ")
                    + " }"
        }
    }

    private func sorted(_ members: [DocumentMember]) -> [DocumentMember] {
        members.sorted { left, right in
            let places = [left, right].map { order.firstIndex(of: $0.name) ?? order.count }
            return (places[0], left.name) < (places[1], right.name)
        }
    }

    private static func key(_ name: String) -> String {
        let isBare = !name.isEmpty && name.utf8.allSatisfy { TOMLReader.isBare($0) }
        return isBare ? name : quoted(name)
    }

    private static func quoted(_ string: String) -> String {
        var text = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case "\u{0}"..<" ", "\u{7f}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}

extension DocumentValue {
    fileprivate var isObject: Bool {
        if case .object = content { true } else { false }
    }
}
