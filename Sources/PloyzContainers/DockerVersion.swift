/// The Docker daemon of this machine.
package struct DockerVersion: Hashable, Sendable, Codable {
    /// For example `20.10.24+dfsg1`.
    package let version: String
    /// `uname -m`.
    package let architecture: String
    /// For example `overlay2`.
    package let storageDriver: String
    /// `1` or `2`.
    package let cgroupVersion: String
    package let kernel: String
}
