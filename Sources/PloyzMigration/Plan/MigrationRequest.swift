package import PloyzModel

/// What an operator asks for: one service's instance on another machine.
package struct MigrationRequest: Hashable, Sendable, Codable {
    package var service: ServiceRef
    /// Which instance, when the service has several; nil when the service has one, or ``from`` tells.
    package var instance: Int?
    /// The machine to take the instance from, when the service has several.
    package var from: MachineID?
    package var target: MachineID
    /// The cutover is refused while the prediction is above this, and undone when a part overruns what is left of it;
    /// nil for no limit.
    package var maxDowntime: Span?
    /// A stream of which no byte was acknowledged for this long has stalled.
    package var stallLimit: Span
    /// The most pre-copy rounds for a volume, 1 to 100.
    package var maxRounds: Int
    /// How often a stream that broke while the workload runs is tried again, 0 to 100.
    package var streamRetries: Int
    /// Who asked, for the record: for example `uid 0 on m1`.
    package var requester: String
    /// Whether the plan is made as if the target took new things, because it will when its turn comes. Only for previews;
    /// nil is false.
    package var takesTargetForActive: Bool?

    package static let defaultStallLimit = Span(milliseconds: 30_000)
    package static let defaultMaxRounds = 8
    package static let defaultStreamRetries = 3

    package init(
        service: ServiceRef,
        instance: Int? = nil,
        from: MachineID? = nil,
        target: MachineID,
        maxDowntime: Span? = nil,
        stallLimit: Span = MigrationRequest.defaultStallLimit,
        maxRounds: Int = MigrationRequest.defaultMaxRounds,
        streamRetries: Int = MigrationRequest.defaultStreamRetries,
        requester: String,
        takesTargetForActive: Bool? = nil
    ) {
        self.service = service
        self.instance = instance
        self.from = from
        self.target = target
        self.maxDowntime = maxDowntime
        self.stallLimit = stallLimit
        self.maxRounds = maxRounds
        self.streamRetries = streamRetries
        self.requester = requester
        self.takesTargetForActive = takesTargetForActive
    }
}
