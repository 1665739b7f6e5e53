/// What goes wrong at one call of a seam.
///
/// *Source* and *target* are machines `m1` and `m2`, whichever of them makes the call.
package enum Fault: String, Hashable, Sendable, CaseIterable {
    /// Nothing is done and an error comes back.
    case fails
    /// The store says that it will not do this.
    case refuses
    /// It is done, and an error comes back all the same.
    case answerLost = "answer-lost"
    /// Nothing is done and nothing comes back.
    case hangs
    /// An error comes back at once; 3 s later it is done.
    case late
    /// Nothing comes back; 3 s after the caller has given up, it is done.
    case lateAfterDeadline = "late-after-deadline"
    /// An error comes back at once; when everything has long been settled otherwise, it is done.
    case veryLate = "very-late"
    /// Another snapshot arrives under the same name, and less is in it.
    case garbled
    /// The daemon that makes the call dies at once; 3 s later, when the next one runs, it is done.
    case diesMeanwhile = "dies-meanwhile"

    case sourceDiesBefore = "source-dies-before"
    case sourceDiesAfter = "source-dies-after"
    case targetDiesBefore = "target-dies-before"
    case targetDiesAfter = "target-dies-after"
    case bothDieBefore = "both-die-before"
    case bothDieAfter = "both-die-after"

    case sourceLosesPower = "source-loses-power"
    case targetLosesPower = "target-loses-power"
    case bothLosePower = "both-lose-power"

    /// Just before the call, the machine stands still for minutes; then it goes on with what it knew.
    case sourcePauses = "source-pauses"
    case targetPauses = "target-pauses"

    /// From the call on, for minutes, the two machines do not hear each other.
    case partition
    /// The same with everybody else, the store included.
    case sourceCutOff = "source-cut-off"
    case targetCutOff = "target-cut-off"
    /// The same for the store alone.
    case storeAway = "store-away"

    /// The faults of a call that differ from each other.
    ///
    /// A question changes nothing: a lost answer is a failure, a late question is one that hangs, and a death after it
    /// is a death before the next call. What becomes of whole machines matters at what they would have changed next.
    package static func distinct(for call: SeamCall) -> [Fault] {
        var found: [Fault] = [.fails, .hangs]
        if call.kind == .storeWrite { found.append(.refuses) }
        if call.name == "transfer.send" { found.append(.garbled) }
        if call.kind != .question { found += [.answerLost, .sourceDiesAfter, .targetDiesAfter, .bothDieAfter] }
        switch call.kind {
        case .storeWrite, .message: found += [.late, .lateAfterDeadline, .veryLate, .diesMeanwhile]
        case .command: found += [.late, .lateAfterDeadline, .diesMeanwhile]
        case .question, .own: break
        }
        found += [.sourceDiesBefore, .targetDiesBefore, .bothDieBefore]
        if call.isOfStore { found.append(.storeAway) }
        guard call.kind != .question else { return found }
        found += [
            .sourceLosesPower, .targetLosesPower, .bothLosePower, .sourcePauses, .targetPauses, .partition,
            .sourceCutOff, .targetCutOff,
        ]
        return found
    }
}
