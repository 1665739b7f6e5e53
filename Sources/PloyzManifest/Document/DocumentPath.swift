/// Where in a document a value is, written `services[0].template.mounts[1].target`.
package struct DocumentPath: Hashable, Sendable, CustomStringConvertible {
    package enum Step: Hashable, Sendable {
        case field(String)
        case index(Int)
    }

    package private(set) var steps: [Step]

    package init(_ steps: [Step] = []) { self.steps = steps }

    package static let root = DocumentPath()

    package func field(_ name: String) -> DocumentPath { DocumentPath(steps + [.field(name)]) }

    package func index(_ index: Int) -> DocumentPath { DocumentPath(steps + [.index(index)]) }

    /// Names that are no bare words are quoted: `template.env["A B"]`.
    package var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .field(let name) where Self.isBare(name): text += text.isEmpty ? name : ".\(name)"
            case .field(let name): text += "[\(Quoted(name))]"
            case .index(let index): text += "[\(index)]"
            }
        }
        return text
    }

    private static func isBare(_ name: String) -> Bool {
        (1...Quoted.longest).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

/// A text out of a document as a message shows it: in quotes, on one line, cut when it is long.
struct Quoted: CustomStringConvertible {
    static let longest = 60

    let description: String

    init(_ text: String) {
        var shown = ""
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < Self.longest else {
                shown += "…"
                break
            }
            count += 1
            switch scalar {
            case "\"": shown += "\\\""
            case "\\": shown += "\\\\"
            case "\n": shown += "\\n"
            default:
                let isControl = scalar.properties.generalCategory == .control
                shown += isControl ? scalar.escaped(asASCII: true) : String(scalar)
            }
        }
        description = "\"\(shown)\""
    }
}
