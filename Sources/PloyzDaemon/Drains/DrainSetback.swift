import PloyzMigration
import PloyzModel
import PloyzTransfer
import PloyzZFS

/// What a failure of one migration means for the drain that asked for it.
enum DrainSetback: Hashable, Sendable {
    /// It passes: the same again, a little later.
    case passes
    /// It may pass, and the workload was stopped for it: the same again, but not often.
    case busy
    /// The target is the cause: another one may do.
    case target
    /// The unit is not on the machine any more, or nowhere.
    case gone
    /// Nothing that a drain can do would help.
    case final

    /// - Parameter wasRunning: whether a migration failed that had begun: a machine that did not answer then was its
    ///   target; before, it is the one that was asked.
    init(_ error: PloyzError, wasRunning: Bool) {
        let codes = Set(([error] + error.others).map(\.code))
        if !codes.isDisjoint(with: Self.goneCodes) {
            self = .gone
        } else if codes.isSubset(of: Self.targetCodes) || (wasRunning && codes == [.peerUnreachable]) {
            self = .target
        } else if codes == [.volumeBusy] {
            self = .busy
        } else if codes.isSubset(of: Self.passingCodes) || codes.allSatisfy({ $0.exitStatus == 5 }) {
            self = .passes
        } else {
            self = .final
        }
    }

    private static let goneCodes: Set<ErrorCode> = [.unknownService, .unknownInstance, .notOnMachine]

    private static let passingCodes: Set<ErrorCode> = [
        .interrupted, .planOutdated, .staleManifest, .serviceBusy, .otherMigration,
    ]

    private static let targetCodes: Set<ErrorCode> = [
        .targetUnreachable, .targetDraining, .targetWithoutStorage, .missingFeature, .keyFileMissing, .inheritedKey,
        .lineageDiffers, .architectureDiffers, .notEnoughSpace, .portTaken, .foreignDatasetOnTarget, .foreignSnapshot,
        .obstacleOnTarget, .volumeFull, .transferBroken, .transferStalled, .deadlineExceeded,
    ]
}
