import PloyzAPI
import PloyzMigration
import PloyzModel

/// The members of the store as they were found, and what may be done to them without losing the majority.
struct StorageRoll: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        let machine: MachinePlace
        /// etcd's number of the member.
        let member: String
        let isLearner: Bool
        let isLeader: Bool
        let isHealthy: Bool
        /// The last change that the member has; nil when it did not answer.
        var revision: Int64?
    }

    let entries: [Entry]

    /// How many of so many members must answer for anything to be written.
    static func quorum(of members: Int) -> Int { members / 2 + 1 }

    var voters: [Entry] { entries.filter { !$0.isLearner } }

    func entry(of machine: MachineID) -> Entry? { entries.first { $0.machine.id == machine } }

    /// Why no member may be added on the machine now; nil when one may. One that is there as a learner already may go on.
    func refusalToAdd(on machine: MachinePlace) -> PloyzError? {
        if let other = entries.first(where: { $0.isLearner && $0.machine.id != machine.id }) {
            return PloyzError(
                .storageChangeUnfinished,
                "\(other.machine) is being made a storage member: one at a time",
                state: "nothing was changed",
                next: "ployzctl machine storage promote \(other.machine), or demote it"
            )
        }
        guard let dead = voters.first(where: { !$0.isHealthy && $0.machine.id != machine.id }) else { return nil }
        let count = voters.count + 1
        return PloyzError(
            .storageUnhealthy,
            "the store's member on \(dead.machine) does not answer: of \(count) members \(Self.quorum(of: count)) must, "
                + "and the new one would have to be among them",
            state: "nothing was changed",
            next: "bring \(dead.machine) back, or: ployzctl machine storage demote \(dead.machine)"
        )
    }

    /// Why the machine's member may not be removed now; nil when it may.
    func refusalToRemove(from machine: MachinePlace) -> PloyzError? {
        guard let own = entry(of: machine.id), !own.isLearner else { return nil }
        let others = voters.filter { $0.machine.id != machine.id }
        guard !others.isEmpty else {
            return PloyzError(
                .lastStorageMember,
                "\(machine) is the only storage member: the store would be gone",
                state: "nothing was changed",
                next: "make another machine one first: ployzctl machine storage promote <machine>"
            )
        }
        let healthy = others.count(where: \.isHealthy)
        let needed = Self.quorum(of: others.count)
        guard healthy < needed else { return nil }
        let dead = others.filter { !$0.isHealthy }.map(\.machine.description).joined(separator: ", ")
        return PloyzError(
            .storageUnhealthy,
            "of the \(others.count) members that would be left only \(healthy) would answer, and \(needed) must: "
                + "\(dead) does not",
            state: "nothing was changed",
            next: "bring \(dead) back first"
        )
    }

    /// What is to be thought of with so many members; empty for a good number.
    static func notes(members: Int) -> [String] {
        guard members % 2 == 0, members > 0 else { return [] }
        let tolerance = StorageChange.tolerance(of: members)
        return ["an even number adds nothing: \(members) survive the loss of \(tolerance), as \(members - 1) would"]
    }
}

extension ErrorCode {
    /// A member of the store does not answer, and the change would risk the majority.
    static let storageUnhealthy = ErrorCode("storage-unhealthy", exitStatus: 3)
    /// The change would leave no member of the store.
    static let lastStorageMember = ErrorCode("last-storage-member", exitStatus: 3)
    /// Another machine is on its way to become a storage member.
    static let storageChangeUnfinished = ErrorCode("storage-change-unfinished", exitStatus: 3)
    /// The machine lacks the store's program.
    static let storageProgramMissing = ErrorCode("storage-program-missing", exitStatus: 3)
    /// The machine drains or stands by, and so is not counted on.
    static let machineNotActive = ErrorCode("machine-not-active", exitStatus: 3)
    /// Only a storage member can do this.
    static let notStorageMember = ErrorCode("not-storage-member", exitStatus: 3)
    /// The member has lost its data.
    static let storageDataGone = ErrorCode("storage-data-gone", exitStatus: 1)
}
