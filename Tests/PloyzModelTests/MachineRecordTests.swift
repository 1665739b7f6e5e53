import Foundation
import PloyzModel
import Testing

@Suite struct MachineRecordTests {
    /// Records are compared as bytes, and a set is walked in another order whenever its storage has another size.
    @Test func aCapabilityIsWrittenTheSameWhateverItsSetsLookLikeInMemory() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        func encoded(capacity: Int) throws -> Data {
            var features = Set<StorageFeature>(minimumCapacity: capacity)
            features.formUnion(StorageFeature.allCases)
            var properties = Set<String>(minimumCapacity: capacity)
            properties.formUnion(VolumeSettings.native)
            return try encoder.encode(
                StorageCapability(
                    root: DatasetName("tank/ployz"),
                    implementation: "zfs-2.3.2",
                    features: features,
                    properties: properties
                )
            )
        }
        let first = try encoded(capacity: 1)
        for capacity in [16, 64, 256, 1024] { #expect(try encoded(capacity: capacity) == first) }
        let capability = try JSONDecoder().decode(StorageCapability.self, from: first)
        #expect(capability.features == Set(StorageFeature.allCases))
        #expect(capability.poolFeatures == nil)
        #expect(capability.properties == VolumeSettings.native)
    }
}
