import PloyzModel

/// The tickets that this machine has given out: each opens one connection, once, until it expires.
///
/// A value without clock or randomness; ``TicketOffice`` owns one.
package struct TicketRegistry<Grant: Sendable>: Sendable {
    package enum Refusal: Error, Hashable, Sendable {
        case unknown
        case used
        case expired
    }

    private struct Entry: Sendable {
        let secret: [UInt8]
        let expiry: Duration
        /// nil once it is used. The entry stays until it expires, so that a replay is known as one.
        var grant: Grant?
    }

    private var entries: [Entry] = []

    /// Tickets that can be open at a time; the oldest gives way.
    package static var limit: Int { 1024 }

    package init() {}

    package var count: Int { entries.count }

    /// - Parameter secret: 32 random bytes, never used before.
    package mutating func issue(_ grant: Grant, secret: [UInt8], expiry: Duration, now: Duration) {
        entries.removeAll { Self.isOver($0, now) }
        if entries.count >= Self.limit { entries.removeFirst() }
        entries.append(Entry(secret: secret, expiry: expiry, grant: grant))
    }

    /// Uses a ticket up and returns what it grants.
    package mutating func redeem(_ secret: [UInt8], now: Duration) throws(Refusal) -> Grant {
        defer { entries.removeAll { Self.isOver($0, now) } }
        guard let index = index(of: secret) else { throw .unknown }
        guard !Self.isOver(entries[index], now) else { throw .expired }
        guard let grant = entries[index].grant else { throw .used }
        if Guard.ticketUse.isOn { entries[index].grant = nil }
        return grant
    }

    /// Takes a ticket back; one that is used or unknown is left.
    package mutating func revoke(_ secret: [UInt8]) {
        if let index = index(of: secret) { entries[index].grant = nil }
    }

    private static func isOver(_ entry: Entry, _ now: Duration) -> Bool {
        entry.expiry <= now && Guard.ticketExpiry.isOn
    }

    /// Compares with every entry to its last byte, so that the time it takes says nothing about how much was right.
    private func index(of secret: [UInt8]) -> Int? {
        var found: Int?
        for (index, entry) in entries.enumerated() where Self.areEqual(entry.secret, secret) { found = index }
        return found
    }

    private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
