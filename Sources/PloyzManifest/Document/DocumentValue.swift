/// One value tree for every format: what a document says, in the order it says it, with the line of each value.
package struct DocumentValue: Sendable {
    package enum Content: Sendable {
        case null
        case bool(Bool)
        case integer(Int64)
        case float(Double)
        case string(String)
        case array([DocumentValue])
        case object([DocumentMember])
    }

    package var content: Content
    /// The line of the document on which the value starts, from 1; 0 for a value that no document holds.
    package var line: Int

    package init(_ content: Content, line: Int = 0) {
        self.content = content
        self.line = line
    }

    /// The kind in words, for messages.
    package var kind: String {
        switch content {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .float: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "a table"
        }
    }

    /// The member of an object; nil when there is none or the value is no object.
    package subscript(name: String) -> DocumentValue? {
        guard case .object(let members) = content else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The line of the value at `path`, or of its nearest ancestor that exists.
    package func line(at path: DocumentPath) -> Int {
        var value = self
        for step in path.steps {
            switch (step, value.content) {
            case (.field(let name), .object):
                guard let member = value[name] else { return value.line }
                value = member
            case (.index(let index), .array(let values)):
                guard values.indices.contains(index) else { return value.line }
                value = values[index]
            default: return value.line
            }
        }
        return value.line
    }
}

/// A named value of an object.
package struct DocumentMember: Sendable {
    package let name: String
    package var value: DocumentValue

    package init(_ name: String, _ value: DocumentValue) {
        self.name = name
        self.value = value
    }
}

extension DocumentValue: Equatable {
    /// Lines and the order of members do not count.
    package static func == (left: DocumentValue, right: DocumentValue) -> Bool {
        switch (left.content, right.content) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.float(let left), .float(let right)): left == right
        case (.string(let left), .string(let right)): left.unicodeScalars.elementsEqual(right.unicodeScalars)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): sorted(left) == sorted(right)
        default: false
        }
    }

    private static func sorted(_ members: [DocumentMember]) -> [DocumentMember] {
        members.sorted { $0.name < $1.name }
    }
}

extension DocumentMember: Equatable {}
