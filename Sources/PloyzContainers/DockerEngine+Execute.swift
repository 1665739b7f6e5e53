import AsyncHTTPClient
import PloyzMigration
package import PloyzModel

extension DockerEngine {
    /// The output is thrown away. A command that has not ended after 60 s, or whose caller is cancelled, is killed.
    ///
    /// - Throws: `container-missing`, `docker-refused` when the workload does not run, `command-timeout`.
    package func execute(_ command: [String], in instance: InstanceRef) async throws -> Int32 {
        let container = try await existing(.workload(instance))
        let action = "run a command in container '\(ContainerName.workload(instance))'"
        let body = try JSON.encode(ExecCreation(command: command))
        let reply = try await docker.send(
            DockerCall(.post, "containers", container.id, "exec", body: body),
            within: Limit.look
        )
        let id = try reply.expect(201, doing: action).decode(IdentityAnswer.self, doing: action).id
        do {
            return try await docker.deadline(Limit.command, action) { try await run(id, doing: action) }
        } catch {
            // In a task of its own: this one may be cancelled, and the command must not stay behind.
            await Task { await end(id, container: container.id) }.value
            if let error = error as? PloyzError, error.code == .dockerTimeout {
                throw PloyzError(
                    .commandTimeout,
                    "the command '\(command.first ?? "")' in \(instance) did not end within \(Microseconds(Limit.command))",
                    state: "it was killed"
                )
            }
            throw error
        }
    }

    private func run(_ id: String, doing action: String) async throws -> Int32 {
        let start = DockerCall(.post, "exec", id, "start", body: try JSON.encode(ExecStart()))
        try await docker.stream(start, within: Limit.look, doing: action) { body in
            for try await _ in body {}
        }
        // The stream ends a moment before Docker knows the exit status.
        while true {
            let answer = try await status(of: id, doing: action)
            if !answer.running, let exitCode = answer.exitCode { return exitCode }
            try await time.sleep(for: .milliseconds(5))
        }
    }

    /// Kills a command. Docker may be about to start it and not know its process yet; that is waited for.
    private func end(_ id: String, container: String) async {
        let begin = time.now
        while time.now - begin < Limit.commandStart,
            let answer = try? await status(of: id, doing: "inspect a command"), answer.exitCode == nil
        {
            if answer.running, ControlGroup.of(process: answer.pid, container: container) != nil {
                return ProcessTable.send(.kill, to: answer.pid)
            }
            guard (try? await time.sleep(for: .milliseconds(10))) != nil else { return }
        }
    }

    private func status(of id: String, doing action: String) async throws -> ExecAnswer {
        let reply = try await docker.send(DockerCall(.get, "exec", id, "json"), within: Limit.look)
        return try reply.expect(200, doing: action).decode(ExecAnswer.self, doing: action)
    }
}
