package import PloyzModel

extension ErrorCode {
    /// The Docker daemon does not answer on its socket.
    package static let dockerUnreachable = ErrorCode("docker-unreachable", exitStatus: 5)
    /// Docker answers, but has not finished a call in time.
    package static let dockerTimeout = ErrorCode("docker-timeout", exitStatus: 1)
    /// Docker refused a call; the message has its words.
    package static let dockerRefused = ErrorCode("docker-refused", exitStatus: 1)
    /// Docker's answer is not what its API promises.
    package static let dockerProtocol = ErrorCode("docker-protocol", exitStatus: 1)
    /// The event stream has ended, or could not be read fast enough.
    package static let dockerEventsLost = ErrorCode("docker-events-lost", exitStatus: 1)
    /// A container has the name of one of ours without our labels. It is never changed.
    package static let foreignContainer = ErrorCode("foreign-container", exitStatus: 3)
    /// A container of ours that should exist does not.
    package static let containerMissing = ErrorCode("container-missing", exitStatus: 1)
    /// A workload container was to be replaced or removed while it runs.
    package static let workloadRunning = ErrorCode("workload-running", exitStatus: 1)
    /// A container ended between its start and the first look at it.
    package static let workloadEnded = ErrorCode("workload-ended", exitStatus: 1)
    /// Processes of a workload are left after the kill.
    package static let stopIncomplete = ErrorCode("stop-incomplete", exitStatus: 1)
    /// A volume that a container mounts was given no directory, or a mount cannot be made.
    package static let mountInvalid = ErrorCode("mount-invalid", exitStatus: 1)
    /// The text is no reference to an image.
    package static let imageReference = ErrorCode("image-reference", exitStatus: 3)
    /// An image could not be pulled.
    package static let imagePullFailed = ErrorCode("image-pull-failed", exitStatus: 1)
    /// An image that was brought here is not the one that was expected.
    package static let imageDiffers = ErrorCode("image-differs", exitStatus: 1)
    /// An image stream from or to another machine has stalled or broken off.
    package static let imageStream = ErrorCode("image-stream", exitStatus: 1)
    /// The program of the sandbox image is missing or not static.
    package static let sandboxProgram = ErrorCode("sandbox-program", exitStatus: 3)
    /// A command in a container did not end in time.
    package static let commandTimeout = ErrorCode("command-timeout", exitStatus: 1)
}
