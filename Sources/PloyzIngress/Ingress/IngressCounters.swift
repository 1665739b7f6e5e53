/// What HAProxy has counted since its last reload, of all that is published together (`show stat` in its management
/// guide). Connections that an earlier worker still has are not among them.
package struct IngressCounters: Hashable, Sendable, Codable {
    /// Connections that clients have open.
    package var open = 0
    /// Connections that clients made.
    package var connections = 0
    /// Tries to reach a service that were repeated: what was held.
    package var retries = 0
    /// Connections and requests for which no try succeeded.
    package var failed = 0
    /// Transfers that a service ended before their time: what was cut off.
    package var cutOff = 0

    package init() {}

    /// - Parameter text: CSV with a line of names after `# `.
    init(_ text: String) {
        let lines = text.split(separator: "\n")
        guard let head = lines.first, head.hasPrefix("# ") else { return }
        let names = head.dropFirst(2).split(separator: ",", omittingEmptySubsequences: false)
        let columns = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
        for line in lines.dropFirst() {
            let values = line.split(separator: ",", omittingEmptySubsequences: false)
            func value(_ name: Substring) -> Int {
                guard let column = columns[name], column < values.count else { return 0 }
                return Int(values[column]) ?? 0
            }
            guard let column = columns["svname"], column < values.count else { continue }
            switch values[column] {
            case "FRONTEND":
                open += value("scur")
                connections += value("stot")
            case "BACKEND":
                retries += value("wretr")
                failed += value("econ")
                cutOff += value("srv_abrt")
            default: break
            }
        }
    }
}
