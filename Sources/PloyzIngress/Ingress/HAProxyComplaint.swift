import Foundation
import PloyzModel

/// What HAProxy says of a configuration that it refuses.
///
///     [ALERT]    (88) : config : parsing [/x/conf/10-7.cfg:4] : unknown keyword 'nonsense' in 'listen' section
///     [ALERT]    (17) : Binding [/x/conf/10-7.cfg:3] for proxy …: cannot bind socket (Address already in use) …
struct HAProxyComplaint: Hashable, Sendable {
    /// A line of a file with services, counted from 1.
    struct Place: Hashable, Sendable {
        let shard: IngressShard
        let line: Int
    }

    /// The first complaint about each place.
    var places: [Place: String] = [:]
    /// The first complaint about anything else.
    var other: String?

    init(_ text: String) {
        for line in text.split(separator: "\n") where line.hasPrefix("[ALERT]") {
            let message = Self.message(of: line)
            if let place = Self.place(in: line) {
                if places[place] == nil { places[place] = message }
            } else if other == nil {
                other = message
            }
        }
    }

    var isAny: Bool { !places.isEmpty || other != nil }

    /// A refusal without a word is one too.
    var orUnexplained: HAProxyComplaint {
        var complaint = self
        if !isAny { complaint.other = "HAProxy did not load its configuration, and does not say why" }
        return complaint
    }

    private static func place(in line: Substring) -> Place? {
        guard let colon = line.range(of: ".cfg:"), let slash = line[..<colon.lowerBound].lastIndex(of: "/"),
            let shard = IngressShard(file: line[line.index(after: slash)..<line.index(before: colon.upperBound)]),
            let number = Int(line[colon.upperBound...].prefix { $0.isNumber })
        else { return nil }
        return Place(shard: shard, line: number)
    }

    /// Without the level and the number of the process.
    private static func message(of line: Substring) -> String {
        guard let colon = line.range(of: ") : ") else { return String(line) }
        return String(line[colon.upperBound...])
    }
}
