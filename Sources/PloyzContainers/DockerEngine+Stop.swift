import Foundation
import Logging
import PloyzMigration
package import PloyzModel

extension DockerEngine {
    /// The signal goes to the process itself and the end is read from its control group: that takes as long as the
    /// process takes. By way of Docker (`stop`, or `kill` and `wait`) some 30 ms more pass, in which containerd starts
    /// `runc` to send the signal, notices the exit and starts `runc` again to tidy up; it does that behind our back.
    package func stopWorkload(_ instance: InstanceRef, grace: Duration) async throws {
        let name = ContainerName.workload(instance)
        guard let container = try await inspection(of: name) else { return }
        guard container.state.running,
            let group = ControlGroup.of(process: container.state.pid, container: container.id)
        else {
            // Docker holds it for stopped, or its first process has just gone. A shim that was killed leaves processes
            // that Docker knows nothing of, so it is the process table that is asked.
            if container.state.running { try await awaitNotice(of: container, name: name) }
            let remains = { ProcessTable.processes(ofContainer: container.id) }
            return try await kill(remains, of: name)
        }
        if container.state.paused {
            let call = DockerCall(.post, "containers", container.id, "unpause")
            try await docker.send(call, within: Limit.change).expect(204, doing: "unpause container '\(name)'")
        }
        if let signal = StopSignal(container.config.stopSignal) {
            ProcessTable.send(signal, to: container.state.pid)
        } else {
            logger.warning(
                "The stop signal is unknown, SIGTERM is sent instead",
                metadata: ["container": "\(name)", "signal": "\(container.config.stopSignal ?? "")"]
            )
            ProcessTable.send(.terminate, to: container.state.pid)
        }
        if try await becomesEmpty(group.processes, within: grace) { return }
        try await kill(group.processes, of: name)
    }

    /// Waits until Docker notices that a process is gone which this process cannot see any more, or never could.
    private func awaitNotice(of container: ContainerInspection, name: ContainerName) async throws {
        do {
            try await awaitNotice(id: container.id)
        } catch let error as PloyzError where error.code == .dockerTimeout {
            throw PloyzError(
                .stopIncomplete,
                "Docker says that '\(name)' runs as process \(container.state.pid), which is not in this process table",
                state: "it runs on: no signal was sent",
                next: "run ployzd in the process namespace of the Docker daemon, and with its control groups mounted"
            )
        }
    }

    /// Kills what `processes` returns until that is nothing.
    private func kill(_ processes: () -> [Int32], of name: ContainerName) async throws {
        for process in processes() { ProcessTable.send(.kill, to: process) }
        guard try await !becomesEmpty(processes, within: Limit.kill) else { return }
        let left = processes().map(String.init).joined(separator: ", ")
        throw PloyzError(
            .stopIncomplete,
            "processes of '\(name)' are left \(Microseconds(Limit.kill)) after the kill: \(left)",
            state: "they may still write to the volumes",
            next: "see what holds them (cat /proc/PID/stack), then repeat"
        )
    }

    /// Looks again and again until there are no processes, at first every millisecond, later every 20.
    private func becomesEmpty(_ processes: () -> [Int32], within limit: Duration) async throws -> Bool {
        let begin = time.now
        while !processes().isEmpty {
            let waited = time.now - begin
            guard waited < limit else { return false }
            try await time.sleep(for: min(.milliseconds(20), max(.milliseconds(1), waited / 32)))
        }
        return true
    }
}
