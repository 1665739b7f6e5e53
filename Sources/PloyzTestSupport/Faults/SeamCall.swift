/// One call of a seam: on which machine, in which activity of its daemon, what, on what, and the how-manyth of its kind.
///
/// Not the order of arrival, which differs between runs of code that works side by side: a step that is tried again
/// makes call 2 of its own, whatever else goes on.
package struct SeamCall: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let machine: String
    /// `apply`, `resume`, `tend`, `keep`, `boot`, or the peer's request that is being answered; empty outside a daemon.
    package let activity: String
    package let name: String
    package let subject: String
    /// 1 and up.
    package let number: Int

    package init(machine: String, activity: String = "", name: String, subject: String, number: Int) {
        self.machine = machine
        self.activity = activity
        self.name = name
        self.subject = subject
        self.number = number
    }

    /// For example `m1/apply volumes.snapshot shop/data #2`.
    package var description: String {
        "\(machine)\(activity.isEmpty ? "" : "/\(activity)") \(name)\(subject.isEmpty ? "" : " \(subject)") #\(number)"
    }

    /// - Returns: nil unless `text` is what ``description`` writes.
    package init?(_ text: String) {
        let words = text.split(separator: " ").map(String.init)
        guard (3...4).contains(words.count), let last = words.last, last.first == "#",
            let number = Int(last.dropFirst()), number > 0
        else { return nil }
        let place = words[0].split(separator: "/", maxSplits: 1).map(String.init)
        guard let machine = place.first else { return nil }
        self.init(
            machine: machine,
            activity: place.count > 1 ? place[1] : "",
            name: words[1],
            subject: words.count == 4 ? words[2] : "",
            number: number
        )
    }

    package static func < (left: SeamCall, right: SeamCall) -> Bool { left.description < right.description }
}

extension SeamCall {
    /// What a call can do to the world; decides which faults differ.
    package enum Kind: Hashable, Sendable {
        /// It only looks: whether its answer or the call itself is lost makes no difference.
        case question
        case storeWrite
        case message
        /// A command to ZFS or Docker, or a stream: it may go on when the daemon that gave it is dead.
        case command
        /// The daemon's own doing, which ends with it: links, the journal.
        case own
    }

    package var kind: Kind {
        if Self.questions.contains(name) { return .question }
        if name == "store.commit" { return .storeWrite }
        if name.hasPrefix("peer.") { return .message }
        if name.hasPrefix("volumes.") || name.hasPrefix("containers.") || name.hasPrefix("transfer.") {
            return .command
        }
        return .own
    }

    package var isOfStore: Bool { name.hasPrefix("store.") }

    private static let questions: Set<String> = [
        "store.get", "store.list", "peer.facts", "volumes.availableSpace", "volumes.dataset", "volumes.datasets",
        "volumes.estimate", "volumes.foreignHolders", "volumes.snapshots", "volumes.withPlaceholders",
        "volumes.written", "containers.containers", "containers.imageID", "network.waitUntilReady", "routes.refresh",
    ]
}
