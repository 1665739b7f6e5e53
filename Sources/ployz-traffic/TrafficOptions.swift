import Foundation

/// What `scripts/traffic` was asked for.
struct TrafficOptions {
    struct Misuse: Error, CustomStringConvertible {
        let description: String
    }

    var moves = 20
    var failures = 10
    var controls = 5
    /// Connections a second of the open-loop client; 0 for none.
    var flood = 2000
    /// Whether the lab stays up.
    var keeps = false

    /// The same as scripts/traffic takes down.
    let lab = ProcessInfo.processInfo.environment["PLOYZ_TRAFFIC_LAB"] ?? "traffic"

    static let usage = "[--moves N] [--failures N] [--controls N] [--flood RATE] [--keep]"

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--keep" {
                keeps = true
                continue
            }
            guard let value = rest.popFirst() else { throw Misuse(description: "\(argument): \(Self.usage)") }
            switch argument {
            case "--moves": moves = try Self.number(argument, value, 1...1000)
            case "--failures": failures = try Self.number(argument, value, 0...1000)
            case "--controls": controls = try Self.number(argument, value, 1...100)
            case "--flood": flood = try Self.number(argument, value, 0...20_000)
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
