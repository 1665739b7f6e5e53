import PloyzModel

/// The highest epochs that the store has shown of what was ever placed on this machine.
///
/// Versions are compared by values, since a store's revisions go back when a backup is restored. A store that shows an
/// epoch below the remembered one has lost commits: what it says of places may be wrong, and another machine may be
/// writing the copy that it promises to this one.
struct EpochMemory: Codable, Hashable, Sendable {
    struct Instance: Codable, Hashable, Sendable {
        var epoch: Epoch
        /// Of the service. An instance that was removed and placed anew begins at the first epoch again, in a later
        /// generation; in a restored store the generation is older too.
        var generation: UInt64
    }

    let cluster: ClusterID
    private(set) var instances: [InstanceRef: Instance] = [:]
    private(set) var volumes: [VolumeRef: Epoch] = [:]

    init(cluster: ClusterID) { self.cluster = cluster }

    /// What a look at the store's records found.
    struct Records: Sendable {
        /// nil when the store has no record of its cluster.
        var cluster: ClusterID?
        var instances: [InstanceRecord]
        var volumes: [VolumeRecord]
        /// Generations of services.
        var generations: [ServiceRef: UInt64]
    }

    /// Takes in what the store shows, and tells in words where it is behind; nothing when it is not.
    ///
    /// What is remembered never goes down by a store that is behind. What the store no longer has is forgotten.
    mutating func learn(from records: Records, of machine: MachineID) -> [String] {
        if let other = records.cluster, other != cluster {
            return ["the store is of the cluster \(other), this machine of \(cluster)"]
        }
        var behind: [String] = []
        var seen: Set<InstanceRef> = []
        for record in records.instances where record.machine == machine || instances[record.ref] != nil {
            seen.insert(record.ref)
            let generation = records.generations[record.ref.service] ?? record.generation
            if let known = instances[record.ref], record.epoch < known.epoch, generation <= known.generation {
                behind.append("\(record.ref) is at epoch \(record.epoch) in the store and was at \(known.epoch)")
            } else {
                instances[record.ref] = Instance(epoch: record.epoch, generation: generation)
            }
        }
        instances = instances.filter { seen.contains($0.key) }
        var kept: Set<VolumeRef> = []
        for record in records.volumes where record.owner == machine || volumes[record.ref] != nil {
            kept.insert(record.ref)
            if let known = volumes[record.ref], record.epoch < known {
                behind.append("\(record.ref) is at epoch \(record.epoch) in the store and was at \(known)")
            } else {
                volumes[record.ref] = record.epoch
            }
        }
        volumes = volumes.filter { kept.contains($0.key) }
        return behind
    }
}
