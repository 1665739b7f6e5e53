package import PloyzMigration

/// What `migrate show` prints: one migration, step by step.
package struct MigrationDetail: Document {
    package let summary: MigrationSummary
    package let preview: MigrationPreview
    package let steps: [MigrationStep]
    package let rounds: [MigrationNotice.Round]
    /// nil while it runs.
    package let report: MigrationReport?
    package let error: ErrorDocument?

    package init(_ record: OperationRecord) {
        summary = MigrationSummary(record)
        preview = MigrationPreview(record.plan)
        steps = MigrationStep.steps(of: record)
        rounds = record.rounds.map(MigrationNotice.Round.init)
        report = MigrationReport(record)
        error = record.error.map(ErrorDocument.init)
    }
}
