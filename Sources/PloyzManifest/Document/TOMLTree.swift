/// The tables of a TOML document while it is read: headers may come back to a table from anywhere, so the tables lie
/// in one list and know each other by index.
struct TOMLTree {
    /// How a table came to be, which decides who may still add to it (TOML 1.0, "Table" and "Keys").
    enum Origin {
        /// Named on the way by a header; a header of its own may follow.
        case implied
        /// Has had its header.
        case header
        /// Made by a dotted key of the section `section`, which alone may add to it by further dotted keys.
        case dotted(section: Int)
    }

    struct Table {
        var origin: Origin
        var line: Int
        var depth: Int
        var order: [String] = []
        var nodes: [[UInt8]: Node] = [:]
    }

    enum Node {
        /// A value, an inline table or a list: complete.
        case value(DocumentValue)
        case table(Int)
        /// `[[name]]`: the tables of the list, and the line of the first.
        case tables([Int], line: Int)
    }

    static let root = 0
    private(set) var tables = [Table(origin: .header, line: 1, depth: 0)]

    /// The table that `[a.b.c]` or `[[a.b.c]]` opens.
    mutating func open(_ key: [String], isElement: Bool, line: Int) throws(TOMLConflict) -> Int {
        var table = Self.root
        for name in key.dropLast() {
            switch tables[table].nodes[Array(name.utf8)] {
            case .table(let inner): table = inner
            case .tables(let elements, _): table = elements.last ?? table
            case .value: throw TOMLConflict(message: "\(Quoted(name)) is a value, not a table")
            case nil: table = try add(.implied, named: name, to: table, line: line)
            }
        }
        guard let name = key.last else { return table }
        switch tables[table].nodes[Array(name.utf8)] {
        case nil where isElement: return try append(named: name, to: table, after: [], line: line, firstLine: line)
        case nil: return try add(.header, named: name, to: table, line: line)
        case .tables(let elements, let firstLine) where isElement:
            return try append(named: name, to: table, after: elements, line: line, firstLine: firstLine)
        case .table(let inner) where !isElement:
            guard case .implied = tables[inner].origin else {
                throw TOMLConflict(message: "the table \(Quoted(key.joined(separator: "."))) is there twice")
            }
            tables[inner].origin = .header
            tables[inner].line = line
            return inner
        default: throw TOMLConflict(message: "the key \(Quoted(key.joined(separator: "."))) is there twice")
        }
    }

    /// Sets the value of a key, dotted or not, of the table `section`.
    mutating func set(_ key: [String], to value: DocumentValue, in section: Int) throws(TOMLConflict) {
        var table = section
        for name in key.dropLast() {
            switch tables[table].nodes[Array(name.utf8)] {
            case nil: table = try add(.dotted(section: section), named: name, to: table, line: value.line)
            case .table(let inner):
                guard case .dotted(section) = tables[inner].origin else {
                    throw TOMLConflict(message: "the table \(Quoted(name)) is defined elsewhere")
                }
                table = inner
            default: throw TOMLConflict(message: "the key \(Quoted(name)) is there twice")
            }
        }
        guard let name = key.last else { return }
        let bytes = Array(name.utf8)
        guard tables[table].nodes[bytes] == nil else {
            throw TOMLConflict(message: "the key \(Quoted(name)) is there twice")
        }
        tables[table].order.append(name)
        tables[table].nodes[bytes] = .value(value)
    }

    /// The depth of what lies in the table.
    func depth(of table: Int) -> Int { tables[table].depth + 1 }

    /// The table with everything below it.
    func value(of index: Int) -> DocumentValue {
        let table = tables[index]
        let members = table.order.compactMap { name -> DocumentMember? in
            switch table.nodes[Array(name.utf8)] {
            case .value(let value): DocumentMember(name, value)
            case .table(let inner): DocumentMember(name, value(of: inner))
            case .tables(let elements, let line):
                DocumentMember(name, DocumentValue(.array(elements.map { value(of: $0) }), line: line))
            case nil: nil
            }
        }
        return DocumentValue(.object(members), line: table.line)
    }

    private mutating func add(
        _ origin: Origin,
        named name: String,
        to table: Int,
        line: Int
    ) throws(TOMLConflict) -> Int {
        let added = try make(origin, below: table, levels: 1, line: line)
        tables[table].order.append(name)
        tables[table].nodes[Array(name.utf8)] = .table(added)
        return added
    }

    private mutating func append(
        named name: String,
        to table: Int,
        after elements: [Int],
        line: Int,
        firstLine: Int
    ) throws(TOMLConflict) -> Int {
        let added = try make(.header, below: table, levels: 2, line: line)
        if elements.isEmpty { tables[table].order.append(name) }
        tables[table].nodes[Array(name.utf8)] = nil
        tables[table].nodes[Array(name.utf8)] = .tables(elements + [added], line: firstLine)
        return added
    }

    private mutating func make(_ origin: Origin, below table: Int, levels: Int, line: Int) throws(TOMLConflict) -> Int {
        let depth = tables[table].depth + levels
        guard DocumentLimits.allows(depth: depth) else {
            throw TOMLConflict(message: "more than \(DocumentLimits.depth) tables and lists inside each other")
        }
        tables.append(Table(origin: origin, line: line, depth: depth))
        return tables.count - 1
    }
}

/// A key that cannot be where it is.
struct TOMLConflict: Error {
    let message: String
}
