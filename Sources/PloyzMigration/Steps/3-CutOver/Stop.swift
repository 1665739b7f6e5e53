import PloyzModel

/// The workload stops; the downtime begins.
///
/// **Left behind on failure**: a workload that is stopped, or half of the unit's. The undo starts all of it again, and is
/// safe because no other machine can have been allowed to: the abort is durable before it runs.
extension MigrationRunner {
    mutating func stopWorkloads() async throws {
        let began = seams.time.now
        stoppedAt = began
        try await stopMembers()
        entry.record.measured.stop = Microseconds(seams.time.now - began)
        for member in unit.members { events.emit(.workloadStopped(instance: member.instance.ref)) }
    }

    func stopMembers() async throws {
        _ = try await sideBySide(unit.members) { [seams] member in
            let grace = member.service.spec.template.stopGracePeriod.duration
            try await seams.time.within(grace + seams.limits.local, "stopping \(member.instance.ref)") {
                try await seams.containers.stopWorkload(member.instance.ref, grace: grace)
            }
        }
    }

    /// The undo of everything in the cutover: volumes mounted, sandboxes and links up, workloads running.
    ///
    /// Everything is made sure of, not assumed: after a crash or a power cut any of it may be down. After a crash the
    /// store is read first, since a forced takeover may have given the volumes to another machine meanwhile.
    mutating func returnWorkloads() async throws {
        if isResumed { try await checkStillOwner() }
        let seams = seams
        if let storage = seams.volumes {
            _ = try await sideBySide(unit.volumes) { volume in
                try await seams.time.within(seams.limits.local, "mounting \(volume.ref)") {
                    try await storage.mount(volume.ref)
                }
            }
        }
        _ = try await sideBySide(unit.members) { member in
            try await seams.time.within(seams.limits.local, "starting \(member.instance.ref) again") {
                try await Self.start(member, on: seams)
            }
        }
        // Whoever waits is let go on to a workload that answers, or is told that it does not.
        _ = try await sideBySide(unit.members) { member in
            try await seams.network.unseal(member.instance.ref, address: member.instance.address)
        }
        guard let stoppedAt else { return }
        self.stoppedAt = nil
        entry.record.downtime = Microseconds(seams.time.now - stoppedAt)
        events.emit(.returned(downtime: Microseconds(seams.time.now - stoppedAt)))
    }

    private static func start(_ member: MigrationUnit.Member, on seams: MachineSeams) async throws {
        let instance = member.instance
        let sandbox = try await seams.containers.startSandbox(seams.sandbox(of: member))
        try await seams.network.attach(instance.ref, sandbox: sandbox, address: instance.address, sealed: false)
        _ = try await seams.containers.startWorkload(instance.ref)
        guard let readiness = member.service.spec.readiness else { return }
        let bounded = Readiness(probe: readiness.probe, timeout: min(readiness.timeout, Span(milliseconds: 20_000)))
        try? await seams.network.waitUntilReady(
            bounded,
            instance: instance.ref,
            sandbox: sandbox,
            address: instance.address
        )
    }

    private func checkStillOwner() async throws {
        for member in unit.members {
            let instance = try await seams.store.record(InstanceRecord.self, at: .instance(member.instance.ref))
            guard instance?.machine == seams.machine, instance?.epoch == member.instance.epoch else {
                throw PloyzError(.notTheOwner, "\(member.instance.ref) is placed on another machine by now")
            }
        }
        for volume in unit.volumes {
            let now = try await seams.store.record(VolumeRecord.self, at: .volume(volume.ref))
            guard now?.owner == seams.machine, now?.epoch == volume.epoch else {
                throw PloyzError(.notTheOwner, "\(volume.ref) is owned by another machine by now")
            }
        }
    }
}
