package import PloyzModel

extension ErrorCode {
    /// A commit was sent and its answer was lost: the writes may have been made, or may still be made. Only a later
    /// write that compares the same keys can tell.
    package static let storeOutcomeUnknown = ErrorCode("store-outcome-unknown", exitStatus: 5)
    /// The store refused a request as malformed or beyond its bounds; nothing was written.
    package static let storeRefused = ErrorCode("store-refused", exitStatus: 1)
    /// A watch asked for a revision that the store has forgotten: list again and watch from there.
    package static let storeCompacted = ErrorCode("store-compacted", exitStatus: 1)
    /// A value of the store is no record of the kind that its key promises.
    package static let storeCorrupt = ErrorCode("store-corrupt", exitStatus: 1)
}
