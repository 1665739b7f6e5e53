/// A service of the cluster, as the store has it.
package struct ServiceRecord: Codable, Hashable, Sendable {
    package let ref: ServiceRef
    package var spec: ServiceSpec
    /// Grows with each accepted change of the service or of an instance's place; a manifest that was rendered from
    /// an older one is refused.
    package var generation: UInt64

    package init(ref: ServiceRef, spec: ServiceSpec, generation: UInt64) {
        self.ref = ref
        self.spec = spec
        self.generation = generation
    }
}

/// One container of a service and the machine that may run it.
package struct InstanceRecord: Codable, Hashable, Sendable {
    package let ref: InstanceRef
    package var machine: MachineID
    /// Taken from the subnet of the machine of the first deployment; it never changes.
    package let address: IPv4Address
    /// Grows with each change of ``machine``.
    package var epoch: Epoch
    /// The image that the first start resolved, `sha256:…`: a move starts the same bytes.
    package var imageID: String
    /// The revision of the service's spec that this instance runs.
    package var generation: UInt64

    package init(
        ref: InstanceRef,
        machine: MachineID,
        address: IPv4Address,
        epoch: Epoch,
        imageID: String,
        generation: UInt64
    ) {
        self.ref = ref
        self.machine = machine
        self.address = address
        self.epoch = epoch
        self.imageID = imageID
        self.generation = generation
    }
}
