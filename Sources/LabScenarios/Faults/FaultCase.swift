/// One fault, when it strikes, and what must be true afterwards.
///
/// Whatever a case says of its end, the invariants are checked after every one: one writer, nothing lost, nothing of
/// others touched, an end that is recorded, nothing left behind.
package struct FaultCase: Sendable {
    /// How the migration must end.
    package enum Ending: String, Sendable {
        case migrated
        /// The workload runs on the source, as before.
        case returned
        /// Either, as the store decided.
        case either
        /// Refused before anything was touched, with exit status 3.
        case refused
    }

    /// The number in the list of faults, such as `F31`, or a word for what the list does not number.
    package let number: String
    /// What tells it from others of the number: a word or two without spaces.
    package let place: String
    package let claim: String
    package var direction = Direction.awayFromStore
    /// Fresh bytes that the first round has to send, in MiB: cases about the stream need it to take a while.
    package var fresh = 0
    /// Whether the target has no copy yet, so that the first round is a full one.
    package var isFirstSend = false
    /// Further options of `migrate apply`.
    package var options: [String] = []
    /// What is done before the command is given.
    package var arrange: [Deed] = []
    /// When the fault strikes; nil strikes before the command is given.
    package var moment: Moment?
    package var strike: [Deed] = []
    /// What is done when the command has ended that was given with something away, before the lab is looked at.
    package var revival: [Deed] = []
    /// What is done when the migration has ended.
    package var afterwards: [Deed] = []
    /// What is done for the cases that follow, when this one has been judged: it relies on how that ended.
    package var tidying: [Deed] = []
    /// What is done for them when it has failed, wherever the workload is then.
    package var whenFailed: [Deed] = []
    package var ending: Ending
    /// Whether the workload must never have stopped.
    package var staysUp = false
    /// Codes of errors one of which the command must name; empty for any.
    package var codes: [String] = []
    /// Whether its gap is one that the summary compares: of a move that succeeds, or of one that fails and is noticed at
    /// once, with nothing slowed down.
    package var isCompared = false
    /// The kinds of lab in which it is played.
    package var kinds: Set<LabKind> = [.netns]
    /// Whether it is part of `scripts/test`.
    package var isRepresentative = false

    package init(_ number: String, _ place: String, _ claim: String, ending: Ending) {
        self.number = number
        self.place = place
        self.claim = claim
        self.ending = ending
    }

    package var name: String { "\(number)-\(place)" }

    /// The same case with some of its parts set.
    func with(_ change: (inout FaultCase) -> Void) -> FaultCase {
        var changed = self
        change(&changed)
        return changed
    }
}
