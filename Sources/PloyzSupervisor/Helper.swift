package import PloyzModel

package enum HelperKind: Sendable {}

/// The name of a helper on its machine, for example `etcd`.
package typealias HelperName = Label<HelperKind>

/// A program that this system runs beside its daemon, and that outlives it: etcd, wireguard-go, dnsmasq, HAProxy.
///
/// Two helpers that are equal are the same process as far as a supervisor is concerned: it adopts a running one, and
/// restarts one of the same name that differs in anything.
package struct Helper: Hashable, Sendable, Codable {
    package let name: HelperName
    /// Absolute path of the program.
    package let program: String
    /// Without the program's own name.
    package let arguments: [String]
    /// The whole environment; nothing is inherited.
    package let environment: [String: String]
    /// An existing directory, absolute.
    package let directory: String
    /// Standard output and standard error are appended here; made when it is not there, mode 0640.
    package let logFile: String

    package init(
        name: HelperName,
        program: String,
        arguments: [String],
        environment: [String: String] = [:],
        directory: String = "/",
        logFile: String
    ) {
        self.name = name
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.logFile = logFile
    }
}
