package import PloyzModel

/// Makes this machine's routes what the store says now.
///
/// The same as the daemon does at each change that it watches, but at once and with an answer: after a commit the two
/// machines of a migration do not wait to be told.
package protocol RouteKeeper: Sendable {
    /// Reads the records of these addresses and applies them; the work does not grow with the number of others.
    func refresh(_ addresses: [IPv4Address]) async throws
}
