import PloyzMigration
import PloyzModel

/// The errors of the store, in one place.
enum StoreFailure {
    /// Nothing was sent, or what was sent changes nothing.
    static func unreachable(_ causes: [String]) -> PloyzError {
        PloyzError(
            .storeUnreachable,
            "the cluster store does not answer: \(summary(causes))",
            state: "nothing was written",
            next: "check the storage members with 'ployzctl mesh status', then run the command again"
        )
    }

    static func outcomeUnknown(_ causes: [String]) -> PloyzError {
        PloyzError(
            .storeOutcomeUnknown,
            "the cluster store's answer to a commit was lost: \(summary(causes))",
            state: "the writes may have been made or may still be made",
            next: "check the storage members with 'ployzctl mesh status'; what was begun is settled when they answer"
        )
    }

    static func refused(_ message: String) -> PloyzError {
        PloyzError(.storeRefused, "the cluster store refused the request: \(message)", state: "nothing was written")
    }

    static func compacted(_ revision: Int64) -> PloyzError {
        PloyzError(.storeCompacted, "the cluster store has forgotten the changes after revision \(revision)")
    }

    private static func summary(_ causes: [String]) -> String {
        causes.isEmpty ? "no endpoint is known" : causes.joined(separator: "; ")
    }
}
