import PloyzModel

extension ErrorCode {
    /// The manifest was rendered from an older generation of the service.
    static let staleManifest = ErrorCode("stale-manifest", exitStatus: 3)
    /// A migration has the service.
    static let serviceBusy = ErrorCode("service-busy", exitStatus: 3)
    /// Another service publishes the port.
    static let portClaimed = ErrorCode("port-claimed", exitStatus: 3)
    /// No machine may take what must be placed.
    static let noPlace = ErrorCode("no-place", exitStatus: 3)
    /// Services and volumes that belong together are on different machines.
    static let placedApart = ErrorCode("placed-apart", exitStatus: 3)
    /// A service that is not in the manifest mounts the volume, whose scope is `single`.
    static let volumeTaken = ErrorCode("volume-taken", exitStatus: 3)
    /// The manifest changes something of a volume that is fixed when it is made.
    static let volumeFixed = ErrorCode("volume-fixed", exitStatus: 3)
    /// A machine's /24 has no free address.
    static let subnetFull = ErrorCode("subnet-full", exitStatus: 3)
    /// The manifest moves a service and changes it too.
    static let changeAndMove = ErrorCode("change-and-move", exitStatus: 3)
    /// The intent leaves out something that must move too.
    static let moveIncomplete = ErrorCode("move-incomplete", exitStatus: 3)
    /// What is to move is not on the machine that the manifest says.
    static let notOnMachine = ErrorCode("not-on-machine", exitStatus: 3)
}
