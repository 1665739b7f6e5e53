package import PloyzMigration
package import PloyzModel

/// How a stream ended on the receiver.
package enum StreamResult: Hashable, Sendable, Codable {
    case received(TransferReceipt)
    case failed(PloyzError)
}
