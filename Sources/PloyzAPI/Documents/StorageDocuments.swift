package import Foundation
package import PloyzMigration
package import PloyzModel

/// A member of the store as it was found: a line of `mesh status`.
package struct StorageMember: Document {
    package enum State: String, Document {
        /// It answers and can commit.
        case healthy
        /// It does not answer, or has no leader.
        case unhealthy
        /// It catches up and has no vote yet.
        case learner
        /// It has a vote and is not in the machine's record: a promotion or a demotion was interrupted.
        case unfinished
    }

    package let machine: MachinePlace
    package let state: State
    package let isLeader: Bool
    /// The last change that it has; nil when it did not answer.
    package let revision: Int64?

    package init(machine: MachinePlace, state: State, isLeader: Bool = false, revision: Int64? = nil) {
        self.machine = machine
        self.state = state
        self.isLeader = isLeader
        self.revision = revision
    }
}

/// Asks for `machine storage promote` or `demote`.
package struct StorageRequest: Document {
    package enum Change: String, Document {
        case promote, demote
    }

    /// ID, name or any address of the machine.
    package let machine: String
    package let change: Change

    package init(machine: String, change: Change) {
        self.machine = machine
        self.change = change
    }
}

/// What `machine storage promote` and `demote` print.
package struct StorageChange: Document {
    package let machine: MachinePlace
    package let change: StorageRequest.Change
    /// Whether there was anything to do.
    package let isNew: Bool
    /// The machines that are members now.
    package let members: [MachinePlace]
    /// What is still to be done, or to be thought of.
    package let notes: [String]

    package init(
        machine: MachinePlace,
        change: StorageRequest.Change,
        isNew: Bool,
        members: [MachinePlace],
        notes: [String]
    ) {
        self.machine = machine
        self.change = change
        self.isNew = isNew
        self.members = members
        self.notes = notes
    }

    /// How many of so many members may be lost before nothing can be written: `(n - 1) / 2`.
    package static func tolerance(of members: Int) -> Int { max(0, (members - 1) / 2) }
}

/// A part of a snapshot of the store.
package struct SnapshotPiece: Document {
    package let bytes: Data

    package init(bytes: Data) { self.bytes = bytes }
}

/// Asks for `store snapshot restore`.
package struct RestoreRequest: Document {
    /// An absolute path on the machine.
    package let path: String
    /// Also when the store answers.
    package let isForced: Bool

    package init(path: String, isForced: Bool) {
        self.path = path
        self.isForced = isForced
    }
}

/// What `store snapshot restore` prints.
package struct StoreRestoration: Document {
    package let machine: MachinePlace
    /// Where the data that was there before lies now; nil when there was none.
    package let keptAt: String?
    /// Former members that have put their data aside.
    package let left: [MachinePlace]
    /// Former members that did not answer: they are told when they do.
    package let unreached: [MachinePlace]
    /// Where the store is behind what this machine has seen of it.
    package let behind: [String]

    package init(
        machine: MachinePlace,
        keptAt: String?,
        left: [MachinePlace],
        unreached: [MachinePlace],
        behind: [String]
    ) {
        self.machine = machine
        self.keptAt = keptAt
        self.left = left
        self.unreached = unreached
        self.behind = behind
    }
}

/// What `store snapshot save` prints.
package struct SavedSnapshot: Document {
    package let path: String
    package let size: ByteCount
    /// Of the file without its last 32 bytes, in hexadecimal; those are the same hash.
    package let sha256: String

    package init(path: String, size: ByteCount, sha256: String) {
        self.path = path
        self.size = size
        self.sha256 = sha256
    }
}
