/// The steps of a migration, in their order. The folders beside this file show the point of no return: nothing in
/// `4-Settle` is ever undone.
package enum MigrationStep: String, Hashable, Sendable, Codable, CaseIterable {
    // 1-Prepare
    /// Operation record, decision `running` and the locks, in one transaction.
    case announce
    /// The snapshots that streams start from cannot be destroyed any more.
    case holdBases
    /// What the target lacks of the images.
    case sendImages
    /// Sandbox up and sealed, workload created, copies taken back to their bases.
    case prepareTarget

    // 2-PreCopy
    case preCopy

    // 3-CutOver
    /// The last things that can be done while the workload runs: tickets, the commit's conditions, the budget.
    case arm
    /// New connections wait from here on, and those that are under way end.
    case park
    case stop
    case fence
    case lastDelta
    case startCandidate
    case commit

    // 4-Settle
    case switchOver
    case retireSource
    case conclude

    /// The steps that a unit goes through. One without volumes has nothing to copy, and stops on the source last.
    static func line(startsFirst: Bool) -> [MigrationStep] {
        startsFirst
            ? [
                .announce, .sendImages, .prepareTarget, .arm, .startCandidate, .commit, .switchOver, .retireSource,
                .conclude,
            ]
            : Mutant.isActive(.copiedBeforeTheStop) ? copiedBeforeTheStop : allCases
    }

    private static var copiedBeforeTheStop: [MigrationStep] {
        let moved: [MigrationStep] = [.lastDelta, .stop, .fence]
        return allCases.prefix { $0 != .stop } + moved + allCases.drop { $0 != .startCandidate }
    }

    /// What is undone, in this order, when the steps in `begun` may have left something.
    ///
    /// The way back of the workload comes first: it waits for nobody. Its clients on other machines, the discard on the
    /// target and the locks follow.
    static func undoing(_ begun: [MigrationStep]) -> [MigrationStep] {
        [.stop, .park, .prepareTarget, .holdBases, .announce].filter(begun.contains)
    }

    var phase: MigrationPhase {
        switch self {
        case .announce, .holdBases, .sendImages, .prepareTarget: .prepare
        case .preCopy: .preCopy
        case .arm, .park, .stop, .fence, .lastDelta, .startCandidate: .cutover
        case .commit: .commit
        case .switchOver: .switch
        case .retireSource, .conclude: .cleanup
        }
    }

    /// Whether the workload stands still while this step runs, and the step may still be given up: an overrun budget
    /// ends it.
    var isTimed: Bool {
        switch self {
        case .stop, .fence, .lastDelta, .startCandidate: true
        default: false
        }
    }

    /// What to call it when its undo or its end has to wait, for `pending` in the record.
    var pendingWork: String {
        switch self {
        case .stop: "start the workload on the source again"
        case .park: "let new connections from other machines go on to the source"
        case .prepareTarget: "discard the candidate on the target"
        case .holdBases: "release the holds on the source's snapshots"
        case .announce: "write the end of the operation to the store"
        case .switchOver: "tell the target that it is committed and move the address"
        case .retireSource: "remove the stopped container and stamp the previous copies on the source"
        case .conclude: "write the end of the operation to the store"
        default: rawValue
        }
    }
}
