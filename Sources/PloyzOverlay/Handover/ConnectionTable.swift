import PloyzModel

/// What the kernel's connection tracking knows, as `/proc/net/nf_conntrack` shows it. A kernel may lack the file
/// (CONFIG_NF_CONNTRACK_PROCFS).
enum ConnectionTable {
    static let show = Invocation("cat", ["/proc/net/nf_conntrack"])

    /// The connections in `text` that were begun with `address` and are answered by it, each by its two ends. Those that
    /// are translated to an alias are answered by another.
    static func connections(to address: IPv4Address, in text: String) -> Set<String> {
        var found: Set<String> = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            let first = words.firstIndex { $0.hasPrefix("src=") }
            guard let first, words.count > 2 else { continue }
            // The ends of the first packet, then those of the answer.
            let ends = words[first...].filter { word in
                ["src=", "dst=", "sport=", "dport=", "id="].contains { word.hasPrefix($0) }
            }
            let sources = ends.filter { $0.hasPrefix("src=") }
            guard ends.count > 1, ends[1] == "dst=\(address)", sources.count == 2,
                sources[1] == "src=\(address)"
            else { continue }
            found.insert(([words[2]] + ends).joined(separator: " "))
        }
        return found
    }
}

extension InvocationResult {
    func connections(to address: IPv4Address) -> Set<String>? {
        status == 0 ? ConnectionTable.connections(to: address, in: output) : nil
    }
}
