import AsyncHTTPClient
package import Logging
package import PloyzMigration
import PloyzModel

/// The containers of this machine by the Docker Engine API on its Unix socket.
///
/// Docker starts and restarts nothing by itself, and gives our containers no network: sandboxes have network mode
/// `none` and get their link from the overlay, workloads join their sandbox. The daemon must see the process IDs that
/// Docker reports, which it does when both run in one process namespace.
package struct DockerEngine: ContainerEngine {
    /// The longest a call may take. Docker answers in milliseconds; a start on a busy machine takes seconds.
    enum Limit {
        /// Calls that only look.
        static let look = Duration.seconds(30)
        /// Calls that create, start or remove.
        static let change = Duration.seconds(120)
        /// Until the kernel has taken away killed processes.
        static let kill = Duration.seconds(15)
        /// Until Docker has noticed what the kernel did.
        static let notice = Duration.seconds(30)
        /// A pull, an export or an import as a whole.
        static let image = Duration.seconds(3600)
        /// An image stream without a single byte.
        static let stall = Duration.seconds(60)
        /// For the first byte of an image from another machine: Docker there writes all of it out before.
        static let imageStart = Duration.seconds(900)
        /// A command in a container.
        static let command = Duration.seconds(60)
        /// Until a command that was asked for has a process.
        static let commandStart = Duration.seconds(2)
    }

    let docker: DockerSocket
    let sandboxImage: SandboxImage
    let logger: Logger
    var time: any Timekeeper { docker.time }

    /// - Parameters:
    ///   - socket: the absolute path of Docker's socket.
    ///   - sandboxProgram: a static busybox on this machine, from which the sandbox image is made.
    package init(
        socket: String = "/var/run/docker.sock",
        sandboxProgram: String = "/bin/busybox",
        logger: Logger,
        time: any Timekeeper = SystemTimekeeper()
    ) {
        docker = DockerSocket(path: socket, client: DockerSocket.makeClient(), time: time)
        sandboxImage = SandboxImage(program: sandboxProgram, docker: docker)
        self.logger = logger
    }

    /// Closes the connections. It must be called before the last reference goes.
    package func shutdown() async throws { try await docker.client.shutdown() }

    /// The container of that name, if there is one.
    ///
    /// - Throws: `foreign-container` when it lacks our labels.
    func inspection(of name: ContainerName) async throws -> ContainerInspection? {
        guard let container = try await inspection(ofID: name.description) else { return nil }
        guard ContainerLabel.identity(in: container.labels) == name else {
            throw PloyzError(
                .foreignContainer,
                "the container '\(name)' was not made by Ployz: it lacks the labels of \(name.instance)",
                state: "it was left as it is",
                next: "rename or remove it with the docker command, then repeat"
            )
        }
        return container
    }

    /// The same for a container that must exist.
    func existing(_ name: ContainerName) async throws -> ContainerInspection {
        guard let container = try await inspection(of: name) else {
            throw PloyzError(.containerMissing, "there is no container '\(name)' on this machine")
        }
        return container
    }

    func inspection(ofID id: String) async throws -> ContainerInspection? {
        let action = "inspect container '\(id)'"
        let reply = try await docker.send(DockerCall(.get, "containers", id, "json"), within: Limit.look)
        if reply.status == 404 { return nil }
        return try reply.expect(200, doing: action).decode(ContainerInspection.self, doing: action)
    }

    /// Creates a container under our name and returns its ID. One that the same request made at the same time counts
    /// as this one.
    func create(_ request: ContainerCreation, as name: ContainerName) async throws -> String {
        let action = "create container '\(name)'"
        let call = DockerCall(
            .post,
            "containers",
            "create",
            query: [("name", name.description)],
            body: try JSON.encode(request)
        )
        let end = time.now + Limit.notice
        while true {
            let reply = try await docker.send(call, within: Limit.change)
            // 409: the name is taken. Docker takes it before the container can be inspected, and gives it back after it
            // can be inspected no more; in between there is nothing to compare with, so that we ask again.
            guard reply.status == 409, time.now < end else {
                return try reply.expect(201, doing: action).decode(IdentityAnswer.self, doing: action).id
            }
            if let found = try await inspection(of: name) {
                guard found.hasDigest(of: request) else { throw reply.refusal(doing: action) }
                return found.id
            }
            try await time.sleep(for: .milliseconds(10))
        }
    }

    /// Removes a container by its ID, with the anonymous volumes that Docker made for it, and waits until its name is
    /// free.
    func remove(id: String, force: Bool) async throws {
        let query = [("force", force ? "true" : "false"), ("v", "true")]
        let reply = try await docker.send(DockerCall(.delete, "containers", id, query: query), within: Limit.change)
        if reply.status == 404 || reply.status == 204 { return }
        // 409 is a container that runs, or one that somebody else is removing at this moment.
        guard reply.status == 409, try await isGone(id, within: Limit.notice, unlessRunning: !force) else {
            throw reply.refusal(doing: "remove container \(id)")
        }
    }

    private func isGone(_ id: String, within limit: Duration, unlessRunning: Bool) async throws -> Bool {
        let end = time.now + limit
        while let container = try await inspection(ofID: id) {
            if unlessRunning && container.state.running || time.now >= end { return false }
            try await time.sleep(for: .milliseconds(20))
        }
        return true
    }

    /// Waits until Docker has noticed that the container's process is gone.
    func awaitNotice(id: String) async throws {
        let query = [("condition", "not-running")]
        let call = DockerCall(.post, "containers", id, "wait", query: query)
        let reply = try await docker.send(call, within: Limit.notice)
        if reply.status != 404 { try reply.expect(200, doing: "wait for container \(id)") }
    }
}
