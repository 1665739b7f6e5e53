import Foundation
import PloyzMigration
import PloyzModel

extension DeployPlan {
    /// The one transaction that makes the plan true, if nothing that it was made from has changed.
    ///
    /// `imageIDs` has the resolved image of services whose instances have none yet; one that is missing stays empty, for
    /// the first start to resolve.
    ///
    /// - Throws: ``PloyzError`` `store-refused` when the manifest changes more than one transaction can hold.
    func transaction(
        in picture: DeployPicture,
        imageIDs: [ServiceRef: String] = [:]
    ) throws -> StoreTransaction {
        var writes: [StoreTransaction.Write] = []
        for record in volumes { writes.append(try .put(record)) }
        for record in services { writes.append(try .put(record)) }
        for record in secrets { writes.append(try .put(record)) }
        for record in instances {
            var record = record
            if record.imageID.isEmpty { record.imageID = imageIDs[record.ref.service] ?? "" }
            writes.append(try .put(record))
        }
        for record in routes { writes.append(try .put(record)) }
        for claim in claims {
            writes.append(.put(.publishedPort(claim.port), Data(claim.service.description.utf8)))
        }
        for service in removedSecrets { writes.append(.delete(.secrets(of: service))) }
        for record in removedInstances {
            writes.append(.delete(.instance(record.ref)))
            writes.append(.delete(.route(record.address)))
        }
        for port in removedClaims { writes.append(.delete(.publishedPort(port))) }
        let keys = Set(writes.map(\.key)).union(reliedOn).sorted()
        let transaction = StoreTransaction(conditions: keys.map { picture.unchanged($0) }, writes: writes)
        do throws(PloyzError) {
            try transaction.checkBounds()
        } catch {
            throw error.leaving(state: "nothing was written", next: "deploy fewer services or instances at a time")
        }
        return transaction
    }
}
