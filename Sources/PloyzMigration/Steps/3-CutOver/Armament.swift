import Foundation
import PloyzModel

/// What is made ready before the stop, so that the downtime need not wait for it.
struct Armament: Sendable {
    /// For the last round; by volume.
    var tickets: [VolumeRef: TransferTicket]
    var lastName: SnapshotName
    /// Records as the store has them, compared by value in the commit.
    var conditions: [StoreTransaction.Condition]
    var routes: [RouteRecord]
    var volumes: [VolumeRecord]
}
