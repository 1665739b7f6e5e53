package import PloyzModel

/// The containers of this machine: for each instance a *sandbox*, which owns the network, and a *workload* that joins
/// it. All of them have restart policy `no`.
///
/// Contract: calls may be repeated; stopping what is stopped and removing what is gone succeed. Only containers with our
/// labels are changed.
package protocol ContainerEngine: Sendable {
    /// The local ID of an image, `sha256:…`; nil when the machine lacks it.
    func imageID(_ reference: String) async throws -> String?

    /// What the image takes when it is sent; nil when the engine does not tell.
    func imageSize(_ imageID: String) async throws -> ByteCount?

    /// Makes the image present as the pull policy says and returns its ID.
    func ensureImage(_ reference: String, policy: PullPolicy) async throws -> String

    /// Creates and starts the sandbox, without any network but loopback; one that runs already is kept.
    func startSandbox(_ sandbox: SandboxSpec) async throws -> RunningContainer

    /// Creates the workload container, not started; one with another label set (operation, epoch, image) is replaced
    /// when it is not running.
    func createWorkload(_ workload: WorkloadSpec) async throws

    /// Starts the created workload.
    func startWorkload(_ instance: InstanceRef) async throws -> RunningContainer

    /// Stops the workload: signal, grace, kill. Returns when its processes are gone: the cgroup is empty.
    func stopWorkload(_ instance: InstanceRef, grace: Duration) async throws

    /// Removes the workload; it must be stopped.
    func removeWorkload(_ instance: InstanceRef) async throws

    /// Kills and removes the sandbox.
    func removeSandbox(_ instance: InstanceRef) async throws

    /// Every container of ours on this machine.
    func containers() async throws -> [OurContainer]

    /// Runs a command in the workload and returns its exit status.
    func execute(_ command: [String], in instance: InstanceRef) async throws -> Int32

    /// Names of containers of ours that were started, died or vanished, as it happens, until the task is cancelled.
    func events() -> AsyncThrowingStream<ContainerEvent, any Error>
}

extension ContainerEngine {
    package func imageSize(_ imageID: String) async throws -> ByteCount? { nil }
}

package struct SandboxSpec: Hashable, Sendable, Codable {
    package let instance: InstanceRef
    package let address: IPv4Address
    package let hostname: String
    /// Name servers and search domains for `/etc/resolv.conf`; empty keeps the host's.
    package let nameServers: [String]
    package let sysctls: [String: String]

    package init(
        instance: InstanceRef,
        address: IPv4Address,
        hostname: String,
        nameServers: [String],
        sysctls: [String: String]
    ) {
        self.instance = instance
        self.address = address
        self.hostname = hostname
        self.nameServers = nameServers
        self.sysctls = sysctls
    }
}

package struct WorkloadSpec: Hashable, Sendable, Codable {
    package let instance: InstanceRef
    package let template: ContainerTemplate
    /// `sha256:…`: never a name, so that a move starts the same bytes.
    package let imageID: String
    /// Directory on this machine for each volume that the template mounts.
    package let directories: [VolumeName: String]
    package let epoch: Epoch
    /// The service's generation that the template is of.
    package let generation: UInt64
    /// The migration that made the container; nil for one that `deploy` made.
    package let operation: OperationID?

    package init(
        instance: InstanceRef,
        template: ContainerTemplate,
        imageID: String,
        directories: [VolumeName: String],
        epoch: Epoch,
        generation: UInt64,
        operation: OperationID?
    ) {
        self.instance = instance
        self.template = template
        self.imageID = imageID
        self.directories = directories
        self.epoch = epoch
        self.generation = generation
        self.operation = operation
    }
}

package struct RunningContainer: Hashable, Sendable, Codable {
    package let id: String
    package let pid: Int32

    package init(id: String, pid: Int32) {
        self.id = id
        self.pid = pid
    }
}

package struct OurContainer: Hashable, Sendable, Codable {
    package enum Role: String, Hashable, Sendable, Codable { case sandbox, workload }

    package let instance: InstanceRef
    package let role: Role
    package let id: String
    package let isRunning: Bool
    /// false for a container that was made and never ran.
    package let wasStarted: Bool
    /// 0 when it is not running.
    package let pid: Int32
    package let exitCode: Int32
    /// nil for a sandbox.
    package let epoch: Epoch?
    /// Of the service, as the workload was created from it; nil for a sandbox.
    package let generation: UInt64?
    package let operation: OperationID?
    package let imageID: String

    package init(
        instance: InstanceRef,
        role: Role,
        id: String,
        isRunning: Bool,
        wasStarted: Bool = true,
        pid: Int32,
        exitCode: Int32,
        epoch: Epoch?,
        generation: UInt64?,
        operation: OperationID?,
        imageID: String
    ) {
        self.instance = instance
        self.role = role
        self.id = id
        self.isRunning = isRunning
        self.wasStarted = wasStarted
        self.pid = pid
        self.exitCode = exitCode
        self.epoch = epoch
        self.generation = generation
        self.operation = operation
        self.imageID = imageID
    }
}

package struct ContainerEvent: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable { case started, died, removed }

    package let instance: InstanceRef
    package let role: OurContainer.Role
    package let kind: Kind

    package init(instance: InstanceRef, role: OurContainer.Role, kind: Kind) {
        self.instance = instance
        self.role = role
        self.kind = kind
    }
}
