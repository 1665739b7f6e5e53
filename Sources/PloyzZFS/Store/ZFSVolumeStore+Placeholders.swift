import Logging
package import PloyzModel

extension ZFSVolumeStore {
    package func withPlaceholders(for volumes: [VolumeRef], _ body: @Sendable () async throws -> Void) async throws {
        var made: [VolumeRef] = []
        var failure: (any Error)?
        do {
            for volume in Set(volumes).sorted() {
                try Placeholder(layout: layout, volume: volume).make()
                _ = countPlaceholders(volume, adding: 1)
                made.append(volume)
            }
            try await body()
        } catch {
            failure = error
        }
        // Two candidates may share a volume: the last one to be done removes the stand-in.
        for volume in made where countPlaceholders(volume, adding: -1) == 0 {
            do {
                try Placeholder(layout: layout, volume: volume).clear()
            } catch {
                logger.warning("a stand-in was left", metadata: ["volume": "\(volume)", "error": "\(error)"])
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }
}
