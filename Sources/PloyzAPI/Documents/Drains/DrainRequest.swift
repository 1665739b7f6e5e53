/// Asks for `machine drain --migrate` or `--return`, in the operator's words: the daemon resolves machines.
package struct DrainRequest: Document {
    /// ID, name or any address of the machine.
    package let machine: String
    /// Whether what the last drains moved is brought home.
    package let isReturn: Bool
    /// IDs, names or any addresses of the machines that may be chosen; empty for all.
    package let targets: [String]
    /// How many migrations may run at once, 1 to 8; nil for the default, 2.
    package let parallel: Int?
    /// Of each migration.
    package let limits: MigrationLimits

    package init(
        machine: String,
        isReturn: Bool = false,
        targets: [String] = [],
        parallel: Int? = nil,
        limits: MigrationLimits = MigrationLimits()
    ) {
        self.machine = machine
        self.isReturn = isReturn
        self.targets = targets
        self.parallel = parallel
        self.limits = limits
    }
}

/// What became of an order to drain.
package struct DrainStart: Document {
    /// Whether it was running already.
    package let attached: Bool
    package let drain: DrainReport

    package init(attached: Bool, drain: DrainReport) {
        self.attached = attached
        self.drain = drain
    }
}
