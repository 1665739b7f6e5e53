import LabScenarios

/// What `scripts/faults` was asked for.
struct FaultOptions {
    struct Misuse: Error, CustomStringConvertible {
        let description: String
    }

    var cases: [FaultCase] = []
    var lists = false
    var resumes = false
    /// Whether the lab stays up.
    var keeps = false
    var kind = LabKind.netns

    static let usage = "[CASE…] [--list] [--subset] [--resume] [--keep] [--kind netns|vm]"

    init(_ arguments: [String]) throws {
        var names: [String] = []
        var isSubset = false
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--kind":
                guard let kind = rest.popFirst().flatMap(LabKind.init) else {
                    throw Misuse(description: "--kind is netns or vm")
                }
                self.kind = kind
            case "--list": lists = true
            case "--resume": resumes = true
            case "--keep": keeps = true
            case "--subset": isSubset = true
            case let option where option.hasPrefix("-"): throw Misuse(description: "no option \(option); \(Self.usage)")
            default: names.append(argument)
            }
        }
        do {
            cases = try FaultCase.named(names, in: kind)
        } catch {
            throw Misuse(description: "\(error)")
        }
        if isSubset { cases = cases.filter(\.isRepresentative) }
    }
}
