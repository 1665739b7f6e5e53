package import PloyzModel

/// What the cluster tells a machine that it has admitted: who it is now, and where everybody else is.
package struct Admission: Codable, Hashable, Sendable {
    package let machine: MachineRecord
    /// The new machine's certificate, in PEM.
    package let certificate: String
    /// The authority's certificate, in PEM; the same that the token has.
    package let authority: String
    package let cluster: ClusterRecord
    /// Every machine of the cluster, the new one included.
    package let machines: [MachineRecord]

    package init(
        machine: MachineRecord,
        certificate: String,
        authority: String,
        cluster: ClusterRecord,
        machines: [MachineRecord]
    ) {
        self.machine = machine
        self.certificate = certificate
        self.authority = authority
        self.cluster = cluster
        self.machines = machines
    }

    /// Management addresses of the machines that run a member of the cluster store.
    package var storeAddresses: [String] { machines.filter(\.isStorageMember).map(\.managementAddress) }
}
