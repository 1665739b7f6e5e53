/// Reads back what ledgers call acknowledged.
package struct LedgerVerification: Codable, Equatable {
    /// Writes in the ledgers.
    package var acknowledged = 0
    /// Those that the server has as they were written.
    package var present = 0
    package var lost = 0
    /// The key of the first that is missing or another.
    package var firstLost: String?

    enum CodingKeys: String, CodingKey {
        case acknowledged, present, lost
        case firstLost = "first_lost"
    }

    package init() {}

    mutating func count(_ entry: LedgerEntry, isPresent: Bool) {
        acknowledged += 1
        if isPresent {
            present += 1
        } else {
            lost += 1
            firstLost = firstLost ?? entry.key
        }
    }
}
