import Foundation
import LabScenarios

/// What `scripts/postgres` was asked for.
struct PostgresOptions {
    struct Misuse: Error, CustomStringConvertible {
        let description: String
    }

    var kind = LabKind.netns
    var size = PostgresService.Size()
    /// pgbench's transactions each second.
    var rate = 50
    /// Set on the data volume's dataset before it is loaded, as `recordsize=16K`.
    var properties: [String] = []
    /// Whether the lab stays up.
    var keeps = false

    /// The same as scripts/postgres takes down.
    let lab = ProcessInfo.processInfo.environment["PLOYZ_POSTGRES_LAB"] ?? "postgres"

    static let usage = "[--kind netns|vm] [--archive MIB] [--scale N] [--rate N] [--set PROPERTY=VALUE]… [--keep]"

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--keep" {
                keeps = true
                continue
            }
            guard let value = rest.popFirst() else { throw Misuse(description: "\(argument): \(Self.usage)") }
            switch argument {
            case "--kind":
                guard let kind = LabKind(rawValue: value) else {
                    throw Misuse(description: "no kind \(value); \(Self.usage)")
                }
                self.kind = kind
            case "--archive": size.archive = try Self.number(argument, value, 1...2048)
            case "--scale": size.scale = try Self.number(argument, value, 1...50)
            case "--rate": rate = try Self.number(argument, value, 1...10_000)
            case "--set": properties.append(value)
            default: throw Misuse(description: "no option \(argument); \(Self.usage)")
            }
        }
    }

    private static func number(_ name: String, _ text: String, _ range: ClosedRange<Int>) throws -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw Misuse(description: "\(name): '\(text)' is not \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
