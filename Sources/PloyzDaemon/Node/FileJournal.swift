import Foundation
import PloyzMigration
import PloyzModel
import SystemPackage

/// The journal as one durable file for each operation.
actor FileJournal: Journal {
    private let directory: FilePath

    init(directory: FilePath) { self.directory = directory }

    func read(_ operation: OperationID) throws -> Data? { try file(operation).read() }

    func write(_ entry: Data, for operation: OperationID) throws { try file(operation).write(entry) }

    func remove(_ operation: OperationID) throws { try file(operation).remove() }

    func operations() throws -> [OperationID] {
        try FileManager.default.contentsOfDirectory(atPath: directory.string).compactMap { name in
            guard name.hasSuffix(".json") else { return nil }
            return try? OperationID(String(name.dropLast(5)))
        }.sorted()
    }

    private func file(_ operation: OperationID) -> DurableFile {
        DurableFile(directory.appending("\(operation).json"))
    }
}
