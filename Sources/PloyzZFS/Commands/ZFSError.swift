import PloyzMigration
package import PloyzModel

/// A call of `zfs` that failed.
package struct ZFSError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Ending: Hashable, Sendable {
        case exited(Int32)
        case signalled(Int32)
        /// It ran longer than it may and was ended.
        case overdue
        /// It printed more than is read.
        case tooMuchOutput
        /// It could not be started.
        case notStarted
    }

    package let program: ZFSArguments.Program
    package let subcommand: String
    package let ending: Ending
    package let complaint: ZFSComplaint
    /// What it wrote to its standard error, at most ``messageLimit`` characters, without line breaks.
    package let message: String

    package static let messageLimit = 400

    package init(_ arguments: ZFSArguments, ending: Ending, standardError: String) {
        let status: Int32? = if case .exited(let status) = ending { status } else { nil }
        program = arguments.program
        subcommand = arguments.subcommand
        self.ending = ending
        complaint = ZFSComplaint(exitStatus: status, message: standardError)
        message = String(
            standardError.split(whereSeparator: \.isNewline).joined(separator: "; ").prefix(Self.messageLimit)
        )
    }

    package var description: String {
        let how =
            switch ending {
            case .exited(let status): "exit status \(status)"
            case .signalled(let signal): "ended by signal \(signal)"
            case .overdue: "ended, it took too long"
            case .tooMuchOutput: "it printed more than is read"
            case .notStarted: "could not be started"
            }
        return "\(program.rawValue) \(subcommand): \(message.isEmpty ? "failed" : message) (\(how))"
    }

    /// The same for people, about `dataset`.
    package func error(about dataset: DatasetName) -> PloyzError {
        switch complaint {
        case .unavailable:
            PloyzError(
                .zfsUnavailable,
                "no ZFS answers on this machine: \(message)",
                next: "start it, for example: systemctl start zfs-fuse"
            )
        case .noSpace:
            PloyzError(
                .volumeFull,
                "no space for \(dataset): \(message)",
                next: "free space in the pool or raise the volume's quota: zfs list -o space -r \(dataset)"
            )
        case .busy:
            PloyzError(
                .volumeBusy,
                "\(dataset) is busy: \(message)",
                next: "find who holds it: grep -l \(dataset) /proc/[0-9]*/mountinfo"
            )
        case .keyNotLoaded, .badKey:
            PloyzError(
                .keyNotLoaded,
                "the key of \(dataset) is not loaded: \(message)",
                state: "the dataset is as it was, not mounted",
                next: "zfs get encryptionroot,keylocation \(dataset), then zfs load-key -L file:///… on that root"
            )
        case .mixedEncryption:
            PloyzError(
                .snapshotMismatch,
                "\(dataset) has been received without -w before, so nothing can be added to it raw: \(message)",
                state: "it is as it was before",
                next: "destroy that copy if you do not need it, then repeat: the volume is then sent in full"
            )
        case .otherRecords:
            PloyzError(
                .recordsDiffer,
                "OpenZFS cannot bring the target's copy \(dataset) up to date, most likely because a file in it has other "
                    + "records than in the live volume: \(message)",
                state: "the copy is as it was before",
                next: "on the target: zfs rename \(dataset) \(dataset.pool)/NAME; then repeat: all of it is sent"
            )
        default: PloyzError(.zfsFailed, "\(dataset): \(description)", next: "zfs list -t all -r \(dataset)")
        }
    }
}
