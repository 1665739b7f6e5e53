import Foundation

/// What `scripts/scale` was asked for.
struct ScaleOptions {
    struct Misuse: Error, CustomStringConvertible {
        let description: String
    }

    /// How many services there are, one size after the other, in growing order.
    var sizes = [500, 5_000]
    /// Machines of the cluster, this one among them.
    var machines = 200
    /// Moves of an address at each size.
    var moves = 20
    /// Whether the lab stays up.
    var keeps = false
    /// Whether this is the part that runs in the machine.
    var isInside = false

    /// The same as scripts/scale takes down.
    let lab = ProcessInfo.processInfo.environment["PLOYZ_SCALE_LAB"] ?? "scale"

    static let usage = "[--services N,N] [--machines N] [--moves N] [--keep]"

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--keep": keeps = true
            case "--inside": isInside = true
            case "--services": sizes = try Self.numbers(argument, rest.popFirst(), 50...5_000)
            case "--machines": machines = try Self.numbers(argument, rest.popFirst(), 50...200)[0]
            case "--moves": moves = try Self.numbers(argument, rest.popFirst(), 3...100)[0]
            default: throw Misuse(description: "no option \(argument); \(Self.usage)")
            }
        }
        guard sizes == sizes.sorted() else { throw Misuse(description: "--services: in growing order") }
    }

    /// What the part in the machine is told.
    var inside: [String] {
        [
            "--inside", "--services", sizes.map(String.init).joined(separator: ","), "--machines", "\(machines)",
            "--moves", "\(moves)",
        ]
    }

    private static func numbers(_ name: String, _ text: String?, _ range: ClosedRange<Int>) throws -> [Int] {
        let numbers = (text ?? "").split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
        guard !numbers.isEmpty, numbers.allSatisfy(range.contains) else {
            throw Misuse(description: "\(name): '\(text ?? "")' is not \(range.lowerBound) to \(range.upperBound)")
        }
        return numbers
    }
}
