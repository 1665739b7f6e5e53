import PloyzModel

/// The address answers on the target. Past the point of no return: tried until it is done.
///
/// **If it stops here**: the target finds the decision in the store by itself and unseals; other machines follow the route
/// record by watching.
extension MigrationRunner {
    mutating func switchOver() async throws {
        let began = seams.time.now
        let runner = self
        // Neither waits for the other, and both have ended before anything is thrown.
        try await eachAsFarAsPossible([record.to.id, record.from.id]) { machine in
            machine == runner.record.to.id ? try await runner.settleTarget() : try await runner.leaveAddress()
        }
        let now = seams.time.now
        entry.record.measured.switch = Microseconds(now - began)
        if record.plan.startsFirst {
            entry.record.downtime = .zero
        } else if let stoppedAt {
            entry.record.downtime = Microseconds(now - stoppedAt)
        }
        events.emit(.switched(downtime: record.downtime ?? .zero))
    }

    func settleTarget() async throws {
        let target = try await peer(record.to.id)
        let request = SettleRequest(id: id)
        try await seams.time.within(seams.limits.peer, "telling the target that it is committed") {
            try await target.settle(request)
        }
    }

    /// This machine's routes lead to the target. The links to the stopped instances lead nowhere from then on; they are
    /// removed with them, since the kernel takes tens of milliseconds to put a link down.
    private func leaveAddress() async throws { try await seams.routes.refresh(unit.addresses) }
}
