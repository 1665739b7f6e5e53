/// A number that grows with each change of a volume's owner or an instance's place.
///
/// It is kept in values, not in store revisions, which go back when a backup is restored.
package struct Epoch: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let number: UInt64

    package init(_ number: UInt64) { self.number = number }

    /// - Throws: `DecodingError` for a number that could not grow for ever after: from 2^62 on.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        number = try container.decode(UInt64.self)
        guard number < 1 << 62 else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(number) is no epoch")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }

    package static let first = Epoch(1)

    package var next: Epoch { Epoch(number + 1) }

    package var description: String { String(number) }

    package static func < (left: Epoch, right: Epoch) -> Bool { left.number < right.number }
}

/// What a dataset of ours says about itself, in *local* user properties; values that were received or inherited do
/// not count (zfsprops(7), "User Properties").
package struct DatasetStamp: Hashable, Sendable, Codable {
    package enum State: String, Hashable, Sendable, Codable {
        /// The committed copy, on the machine that owns the volume.
        case live
        /// A copy that a migration is filling; nobody's volume yet.
        case incoming
        /// The copy that a machine kept when the volume left it.
        case previous
    }

    package let volume: VolumeRef
    package let owner: MachineID
    package let epoch: Epoch
    package let state: State

    package init(volume: VolumeRef, owner: MachineID, epoch: Epoch, state: State) {
        self.volume = volume
        self.owner = owner
        self.epoch = epoch
        self.state = state
    }
}
