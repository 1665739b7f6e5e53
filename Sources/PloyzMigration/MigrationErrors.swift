package import PloyzModel

extension ErrorCode {
    // Refusals: nothing was touched.
    package static let unknownService = ErrorCode("unknown-service", exitStatus: 3)
    package static let unknownMachine = ErrorCode("unknown-machine", exitStatus: 3)
    package static let unknownInstance = ErrorCode("unknown-instance", exitStatus: 3)
    /// The service has several instances and the request names none.
    package static let whichInstance = ErrorCode("which-instance", exitStatus: 3)
    package static let globalService = ErrorCode("global-service", exitStatus: 3)
    package static let bindMount = ErrorCode("bind-mount", exitStatus: 3)
    package static let targetDraining = ErrorCode("target-draining", exitStatus: 3)
    package static let targetUnreachable = ErrorCode("target-unreachable", exitStatus: 3)
    package static let targetWithoutStorage = ErrorCode("target-without-zfs", exitStatus: 3)
    package static let missingFeature = ErrorCode("missing-feature", exitStatus: 3)
    /// A volume that was sent raw is not encrypted any more, or its copy never was.
    package static let lineageDiffers = ErrorCode("lineage-differs", exitStatus: 3)
    /// The target has no file with the key of an encrypted volume.
    package static let keyFileMissing = ErrorCode("key-file-missing", exitStatus: 3)
    /// An encrypted copy has its key from a dataset above it, which a raw receive would not survive.
    package static let inheritedKey = ErrorCode("inherited-key", exitStatus: 3)
    package static let architectureDiffers = ErrorCode("architecture-differs", exitStatus: 3)
    package static let notEnoughSpace = ErrorCode("not-enough-space", exitStatus: 3)
    package static let portTaken = ErrorCode("port-taken", exitStatus: 3)
    package static let foreignDatasetOnTarget = ErrorCode("foreign-dataset-on-target", exitStatus: 3)
    package static let foreignSnapshot = ErrorCode("foreign-snapshot", exitStatus: 3)
    package static let foreignHolder = ErrorCode("foreign-holder", exitStatus: 3)
    package static let obstacleOnTarget = ErrorCode("obstacle-on-target", exitStatus: 3)
    package static let volumeNotHere = ErrorCode("volume-not-here", exitStatus: 3)
    package static let notTheOwner = ErrorCode("not-the-owner", exitStatus: 3)
    /// A volume has more in it than its new quota allows.
    package static let quotaTooSmall = ErrorCode("quota-too-small", exitStatus: 3)
    /// The service changed while the plan was made.
    package static let planOutdated = ErrorCode("plan-outdated", exitStatus: 3)

    // Failures before the commit: the workload runs on the source.
    package static let overBudget = ErrorCode("over-budget", exitStatus: 1)
    package static let budgetOverrun = ErrorCode("budget-overrun", exitStatus: 1)
    package static let transferStalled = ErrorCode("transfer-stalled", exitStatus: 1)
    package static let receiptDiffers = ErrorCode("receipt-differs", exitStatus: 1)
    /// Somebody destroyed a snapshot that was to be sent.
    package static let snapshotGone = ErrorCode("snapshot-gone", exitStatus: 1)
    /// OpenZFS cannot bring the target's copy of a volume up to date.
    package static let recordsDiffer = ErrorCode("records-differ", exitStatus: 1)
    package static let writtenAfterFence = ErrorCode("written-after-fence", exitStatus: 1)
    package static let commitRefused = ErrorCode("commit-refused", exitStatus: 1)
    package static let deadlineExceeded = ErrorCode("deadline-exceeded", exitStatus: 1)
    package static let migrationCancelled = ErrorCode("cancelled", exitStatus: 1)
    package static let interrupted = ErrorCode("interrupted", exitStatus: 1)

    // What a target answers.
    package static let discarded = ErrorCode("discarded", exitStatus: 1)
    package static let notPrepared = ErrorCode("not-prepared", exitStatus: 1)
    package static let notReady = ErrorCode("not-ready", exitStatus: 1)
    package static let notCommitted = ErrorCode("not-committed", exitStatus: 1)
    package static let wrongSnapshot = ErrorCode("wrong-snapshot", exitStatus: 1)
    package static let liveHere = ErrorCode("live-here", exitStatus: 1)
    package static let imageMissing = ErrorCode("image-missing", exitStatus: 1)
    package static let otherMigration = ErrorCode("other-migration", exitStatus: 1)

    /// The commit was sent and its outcome is not known yet.
    package static let undecided = ErrorCode("undecided", exitStatus: 5)
}

extension PloyzError {
    /// Any error as one that a record can keep.
    package init(wrapping error: any Error) {
        self = error as? PloyzError ?? PloyzError(.failed, "\(error)")
    }

    /// The same failure with what is left behind and what to do, when it does not say so itself.
    package func leaving(state: String, next: String?) -> PloyzError {
        PloyzError(code, message, state: self.state ?? state, next: self.next ?? next, others: others)
    }
}
