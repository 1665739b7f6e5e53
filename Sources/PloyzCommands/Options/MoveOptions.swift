import ArgumentParser
import PloyzAPI
import PloyzModel

/// What is to move, and where.
package struct MoveOptions: ParsableArguments, Sendable {
    @Argument(
        help: ArgumentHelp("The service to move.", valueName: "namespace/service"),
        transform: { try ServiceRef($0) }
    )
    var service: ServiceRef

    @Option(help: ArgumentHelp("The target: ID, name or any address of a machine.", valueName: "machine"))
    var to: String

    @Option(help: ArgumentHelp("Which instance, when the service has several.", valueName: "index"))
    var instance: Int?

    @Option(
        help: ArgumentHelp(
            "The machine to take the instance from, when the service has several.",
            valueName: "machine"
        )
    )
    var from: String?

    package init() {}

    package func validate() throws {
        if let instance, instance < 0 { throw ValidationError("--instance is 0 or more") }
    }

    func request(_ limits: MigrationLimits) -> MoveRequest {
        MoveRequest(service: service, to: to, instance: instance, from: from, limits: limits)
    }
}

/// What a migration is allowed.
package struct LimitOptions: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "No cutover while the predicted downtime is above this, such as 500ms; take the workload back when a "
                + "part overruns it.",
            valueName: "time"
        ),
        transform: { try Span($0) }
    )
    var maxDowntime: Span?

    @Option(
        help: ArgumentHelp(
            "A stream of which nothing arrived for this long has stalled; 30s unless told.",
            valueName: "time"
        ),
        transform: { try Span($0) }
    )
    var stallLimit: Span?

    package init() {}

    var limits: MigrationLimits { MigrationLimits(maxDowntime: maxDowntime, stallLimit: stallLimit) }
}
