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

    static let usage = "[CASE…] [--list] [--subset] [--resume] [--keep]"

    init(_ arguments: [String]) throws {
        var names: [String] = []
        var isSubset = false
        for argument in arguments {
            switch argument {
            case "--list": lists = true
            case "--resume": resumes = true
            case "--keep": keeps = true
            case "--subset": isSubset = true
            case let option where option.hasPrefix("-"): throw Misuse(description: "no option \(option); \(Self.usage)")
            default: names.append(argument)
            }
        }
        do {
            cases = try FaultCase.named(names)
        } catch {
            throw Misuse(description: "\(error)")
        }
        if isSubset { cases = cases.filter(\.isRepresentative) }
    }
}
